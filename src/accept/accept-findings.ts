import type { AcceptEntry } from '../generated/accept.js';
import type { AcceptanceEntry, Report, ReportFinding } from '../generated/report.js';
import { globFilter } from '../model/globs.js';
import { notListedIn, placesOf, type Place } from './worst-of-rest.js';

/** Tells whether an entry is for findings of a code in a place; `uid` and `side` are still to be compared. */
type Matcher = (code: string, place: Place) => boolean;

function matcherOf({ code, mailbox, user }: AcceptEntry): Matcher {
  const matchesMailbox = globFilter(mailbox === undefined ? [] : [mailbox]);
  const matchesUser = globFilter(user === undefined ? [] : [user]);
  return (ofCode, { mboxname, userid }) =>
    code === ofCode &&
    (mailbox === undefined || (mboxname !== undefined && matchesMailbox(mboxname))) &&
    (user === undefined || (userid !== undefined && matchesUser(userid)));
}

/** An entry for all sides and messages. */
const isForAll = ({ side, uid }: Pick<AcceptEntry, 'side' | 'uid'>): boolean => side === undefined && uid === undefined;

/**
 * Marks the findings that entries of an accept file are for. The first entry that fits counts; one that has expired when
 * the audit began fits nothing, and `halt` is never accepted. What is over the cap is accepted only by an entry for all
 * sides and messages.
 */
export function acceptFindings(report: Report, entries: readonly AcceptEntry[]): Report {
  const day = report.startedAt.slice(0, 'YYYY-MM-DD'.length);
  const accepting = entries.map((entry) => ({
    entry,
    matches: matcherOf(entry),
    isExpired: entry.expires < day,
    findings: 0,
  }));
  const accept = (finding: ReportFinding, place: Place): ReportFinding => {
    const { accepted: _, ...rest } = finding;
    const found = accepting.find(
      ({ entry, matches, isExpired }) =>
        !isExpired &&
        finding.class !== 'halt' &&
        matches(finding.code, place) &&
        (entry.side === undefined || entry.side === finding.side) &&
        (entry.uid === undefined || entry.uid === finding.uid),
    );
    if (found === undefined) return rest;
    found.findings++;
    const { reason, expires } = found.entry;
    return { ...rest, accepted: { reason, expires } };
  };
  const inPlace = <P extends Place>(place: P): P => ({
    ...place,
    findings: place.findings.map((finding) => accept(finding, place)),
  });
  const [pair] = placesOf(report);
  const marked: Report = {
    ...report,
    findings: inPlace(pair!).findings,
    mailboxes: report.mailboxes.map(inPlace),
    users: report.users.map(inPlace),
  };
  for (const place of placesOf(report)) {
    for (const { code, class: ofClass, count } of notListedIn(place)) {
      if (ofClass === 'halt') continue;
      const found = accepting.find(
        ({ entry, matches, isExpired }) => !isExpired && isForAll(entry) && matches(code, place),
      );
      if (found !== undefined) found.findings += count;
    }
  }
  return {
    ...marked,
    acceptance: {
      findings: accepting.reduce((sum, { findings }) => sum + findings, 0),
      entries: accepting.map(({ entry, isExpired, findings }): AcceptanceEntry => ({
        ...entry,
        state: isExpired ? 'expired' : findings > 0 ? 'used' : 'unused',
        findings,
      })),
    },
  };
}

/** True when what is over the cap was accepted as well. */
export function acceptsNotListed(report: Report): (code: string, place: Place) => boolean {
  const whole = (report.acceptance?.entries ?? []).filter((entry) => entry.state !== 'expired' && isForAll(entry));
  const matchers = whole.map(matcherOf);
  return (code, place) => matchers.some((matches) => matches(code, place));
}
