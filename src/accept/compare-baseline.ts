import type { Report, ReportFinding, ReportSide, Resolved } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { unauditedUser } from '../model/unaudited-user.js';
import { OverCap } from './over-cap.js';
import { nameOf, notListedIn, placesOf, type Place } from './worst-of-rest.js';

/** Resolved findings that are listed; the rest is counted. */
const MAX_RESOLVED = 1000;

/** Facts change while a finding stays the same, such as a count. */
const keyOf = ({ code, side, uid }: ReportFinding): string => `${code} ${side ?? ''} ${String(uid ?? '')}`;

/** Findings of a place by key, in the order of the report. */
function byKey(place: Place | undefined): Map<string, ReportFinding[]> {
  const found = new Map<string, ReportFinding[]>();
  for (const finding of place?.findings ?? []) {
    const key = keyOf(finding);
    const same = found.get(key);
    if (same === undefined) found.set(key, [finding]);
    else same.push(finding);
  }
  return found;
}

/**
 * Marks every finding with the time since when it is there, and lists what an earlier report of the same audit had and
 * this one has not.
 */
export function compareBaseline(report: Report, baseline: Report): Report {
  const before = new Map([...placesOf(baseline)].map((place) => [nameOf(place), place]));
  const now = report.startedAt;
  const resolved: Resolved[] = [];
  let resolvedCount = 0;
  let isNew = 0;
  let still = 0;

  const mark = <P extends Place>(place: P): P => {
    const old = before.get(nameOf(place));
    const left = byKey(old);
    const [counted, countedBefore] = [new OverCap(place), new OverCap(old)];
    const moved: Record<string, number> = {};
    const sinceOf = (finding: ReportFinding): string => {
      const { code, uid } = finding;
      const same = left.get(keyOf(finding))?.shift();
      if (same !== undefined) return same.since ?? baseline.startedAt;
      if (!countedBefore.isBehind(code, uid)) return now;
      moved[code] = (moved[code] ?? 0) + 1;
      return moved[code] <= countedBefore.countOf(code) ? baseline.startedAt : now;
    };
    const findings = place.findings.map((finding) => {
      const since = sinceOf(finding);
      if (since === now) isNew++;
      else still++;
      return { ...finding, since };
    });
    for (const { code, count } of notListedIn(place)) {
      const known = counted.knownOf(code, countedBefore);
      still += known;
      isNew += count - known;
    }
    resolve(place, left, place.notListed ?? {});
    return { ...place, findings };
  };
  const isLookedAt = lookedAt(report);
  function resolve(
    place: Place,
    left: Map<string, ReportFinding[]>,
    notListed: Readonly<Record<string, number>>,
  ): void {
    if (!isLookedAt(place)) return;
    for (const finding of [...left.values()].flat()) {
      // It may be among those that are only counted now.
      if (notListed[finding.code] !== undefined) continue;
      const { code, class: ofClass, side, uid, since = baseline.startedAt } = finding;
      if (++resolvedCount > MAX_RESOLVED) continue;
      resolved.push({
        ...(place.mboxname === undefined ? {} : { mboxname: place.mboxname }),
        ...(place.userid === undefined ? {} : { userid: place.userid }),
        code,
        class: ofClass,
        ...(side === undefined ? {} : { side }),
        ...(uid === undefined ? {} : { uid }),
        since,
      });
    }
  }

  const [pair] = placesOf(report);
  const { findings } = mark(pair!);
  const mailboxes = report.mailboxes.map(mark);
  const users = report.users.map(mark);
  const present = new Set([...placesOf(report)].map(nameOf));
  for (const [name, place] of before) if (!present.has(name)) resolve(place, byKey(place), {});
  return {
    ...report,
    findings,
    mailboxes,
    users,
    baseline: {
      startedAt: baseline.startedAt,
      new: isNew,
      still,
      resolved,
      resolvedNotListed: Math.max(0, resolvedCount - MAX_RESOLVED),
    },
  };
}

/** Of what was not audited nothing is known to be gone. */
function lookedAt({ unaudited }: Report): (place: Place) => boolean {
  const mailboxes = new Set<string>();
  const users = new Set<string>();
  let isAll = true;
  for (const part of unaudited) {
    const userid = unauditedUser(part);
    if (part.mboxname !== undefined) mailboxes.add(part.mboxname);
    else if (userid !== undefined) users.add(userid);
    else isAll = false;
  }
  return ({ mboxname, userid }) =>
    isAll && (mboxname === undefined || !mailboxes.has(mboxname)) && (userid === undefined || !users.has(userid));
}

/** What an audit looks at. */
export interface AuditScope extends Pick<Report, 'command' | 'level' | 'selection'> {
  /** Whether there is a time from which on messages are hashed: every night it is another one. */
  readonly hashedSince?: object;
  readonly subset?: { readonly part: number; readonly of: number };
  readonly sides: readonly Pick<ReportSide, 'role' | 'source'>[];
}

const SCOPE_WORDS: Readonly<Record<keyof AuditScope, (of: AuditScope) => string>> = {
  command: ({ command }) => command,
  level: ({ level }) => level,
  selection: ({ selection }) => JSON.stringify(selection ?? 'none'),
  subset: ({ subset }) => (subset === undefined ? 'none' : `${String(subset.part)}/${String(subset.of)}`),
  hashedSince: ({ hashedSince }) => (hashedSince === undefined ? 'none' : 'given'),
  sides: ({ sides }) => sides.map(({ role, source }) => `${role} ${source}`).join(', '),
};

/**
 * What another audit did not look at would count as resolved, or as new.
 * @throws AuditError when the baseline is of other sides, another level or another selection
 */
export function refuseOtherAudit(scope: AuditScope, baseline: Report, file: string): void {
  for (const [what, words] of Object.entries(SCOPE_WORDS)) {
    const [ours, theirs] = [words(scope), words(baseline)];
    if (ours === theirs) continue;
    throw new AuditError(
      'usage',
      `--baseline ${file}: a report of another audit: expected ${what} ${ours}, found ${theirs}`,
      'Name a report of the same sides, made with the same options.',
    );
  }
}
