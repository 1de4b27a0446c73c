import { worse, type ReportedFinding, type VerdictClass } from '../model/effects.js';
import { addCodeCounts, isLag, type CodeCounts } from './collect-findings.js';
import { unreadMailboxes, type Moving, type Sightings, type UnitResult } from './unit-result.js';

interface Place {
  readonly findings: readonly ReportedFinding[];
  readonly counts: CodeCounts;
}

/** Names the place of findings without one of their own. */
const LIST = 'list';

/**
 * Two looks at a busy pair see two states: it is the same finding when the same thing is wrong at the same place. Of
 * drift that replication carries it must be the same drift: when the replica has another value by now it is catching up.
 */
function keyOf(place: string, finding: ReportedFinding): string {
  const { code, side, uid = -1, facts } = finding;
  const isDrift = uid < 0 && isLag(finding);
  const kept =
    place === LIST || isDrift ? Object.entries(facts).filter(([name]) => place === LIST || !/^master/i.test(name)) : [];
  return JSON.stringify([code, place, side ?? '', uid, kept]);
}

/** Stands for findings of a code that are counted and not listed. */
const restKey = (place: string, code: string): string => JSON.stringify([code, place]);

const codeOf = (key: string): string => (JSON.parse(key) as [string])[0];

function* keysOf(place: string, { findings, counts }: Place): Generator<string> {
  const listed = countCodes(findings);
  for (const finding of findings) yield keyOf(place, finding);
  for (const [code, n] of Object.entries(counts)) if (n > (listed[code] ?? 0)) yield restKey(place, code);
}

function countCodes(findings: readonly ReportedFinding[]): CodeCounts {
  const counts: CodeCounts = {};
  for (const { code } of findings) addCodeCounts(counts, { [code]: 1 });
  return counts;
}

const placeOfMailbox = ({ mboxname, uniqueid }: UnitResult['mailboxes'][number]): string =>
  `${mboxname} ${uniqueid ?? ''}`;
const placeOfUser = ({ userid }: UnitResult['users'][number]): string => `user ${userid}`;

/** Keys of all that a look at one unit has found. */
export function sightingsOf({ mailboxes, users, findings }: UnitResult): Sightings {
  const keys = new Set<string>();
  for (const mailbox of mailboxes) for (const key of keysOf(placeOfMailbox(mailbox), mailbox)) keys.add(key);
  for (const user of users) for (const key of keysOf(placeOfUser(user), user)) keys.add(key);
  for (const finding of findings) keys.add(keyOf(LIST, finding));
  return [...keys];
}

/** Keys of all that is no lag, as half of a commit is not. */
export function doubtsOf({ mailboxes, users, findings }: UnitResult): Sightings {
  const keysAt = (place: string, of: readonly ReportedFinding[]): string[] =>
    of.filter((finding) => !isLag(finding)).map((finding) => doubtKey(place, finding));
  return [
    ...mailboxes.flatMap((mailbox) => keysAt(placeOfMailbox(mailbox), mailbox.findings)),
    ...users.flatMap((user) => keysAt(placeOfUser(user), user.findings)),
    ...keysAt(LIST, findings),
  ];
}

/** While a user is at work all figures change; a quota that is wrong stays wrong by as much. */
function doubtKey(place: string, finding: ReportedFinding): string {
  const { stored, summed } = finding.facts;
  const isSum = typeof stored === 'string' && typeof summed === 'string';
  return `${keyOf(place, finding)} ${isSum ? String(BigInt(stored) - BigInt(summed)) : ''}`;
}

/**
 * Takes out of a part of `result` what may be half of a commit: it is no lag, and was not found by the look before.
 * @param doubts of the look before
 * @returns false when there was nothing to take out
 */
export function takeOutDoubtful(result: UnitResult, part: Moving, doubts: ReadonlySet<string>): boolean {
  let isLess = false;
  const isTold = (place: string, finding: ReportedFinding): boolean => {
    const told = isLag(finding) || doubts.has(doubtKey(place, finding));
    isLess ||= !told;
    return told;
  };
  const keep = <T extends Place>(places: T[], nameOf: (place: T) => string, isPart: (place: T) => boolean): void => {
    const kept = places.flatMap((place) =>
      isPart(place) ? only(place, (finding) => isTold(nameOf(place), finding)) : [place],
    );
    places.splice(0, Infinity, ...kept);
  };
  if (part.kind === 'mailbox') keep(result.mailboxes, placeOfMailbox, ({ mboxname }) => mboxname === part.mboxname);
  else if (part.kind === 'user') keep(result.users, placeOfUser, () => true);
  else result.findings.splice(0, Infinity, ...result.findings.filter((finding) => isTold(LIST, finding)));
  return isLess;
}

/** A place with some of its listed findings; nothing when there are none left. */
function only<T extends Place>(place: T, isKept: (finding: ReportedFinding) => boolean): T[] {
  const findings = place.findings.filter(isKept);
  if (findings.length === place.findings.length) return [place];
  if (findings.length === 0) return [];
  const [before, after] = [countCodes(place.findings), countCodes(findings)];
  const counts: CodeCounts = {};
  for (const [code, n] of Object.entries(place.counts))
    if (after[code] !== undefined) counts[code] = n - (before[code] ?? 0) + after[code];
  return [{ ...place, class: worstOf(findings), findings, counts }];
}

const worstOf = (findings: readonly ReportedFinding[]): VerdictClass =>
  findings.reduce<VerdictClass>((sum, finding) => worse<VerdictClass>(sum, finding.class), 'clean');

/**
 * Takes out of `result` what an earlier look at the unit did not find.
 * @param now what this look found, with what was taken out of `result` since
 * @returns how much of the earlier look is gone, by code
 */
export function keepWhatWasSeen(
  result: UnitResult,
  before: Sightings,
  now: ReadonlySet<string> = new Set(sightingsOf(result)),
): CodeCounts {
  const seen = new Set(before);
  const settled: CodeCounts = {};
  for (const key of before) {
    if (!now.has(key)) addCodeCounts(settled, { [codeOf(key)]: 1 });
  }
  const mailboxes = result.mailboxes.flatMap((mailbox) => stillThere(placeOfMailbox(mailbox), mailbox, seen));
  const users = result.users.flatMap((user) => stillThere(placeOfUser(user), user, seen));
  const still = new Set(mailboxes.map(placeOfMailbox));
  const unread = unreadMailboxes(result);
  for (const mailbox of result.mailboxes)
    if (!still.has(placeOfMailbox(mailbox)) && !unread.has(mailbox.mboxname)) result.cleanMailboxes++;
  result.cleanUsers += result.users.length - users.length;
  result.mailboxes.splice(0, Infinity, ...mailboxes);
  result.users.splice(0, Infinity, ...users);
  result.findings.splice(0, Infinity, ...result.findings.filter((finding) => seen.has(keyOf(LIST, finding))));
  return settled;
}

/** The part of a mailbox or user that was seen before; nothing when that is nothing. */
function stillThere<T extends Place>(place: string, found: T, seen: ReadonlySet<string>): T[] {
  const { findings, counts } = found;
  const listed = countCodes(findings);
  const kept: ReportedFinding[] = [];
  const left: CodeCounts = {};
  for (const [code, n] of Object.entries(counts)) {
    const ofCode = findings.filter((finding) => finding.code === code);
    // Where not all are listed, before or now, single ones cannot be told apart.
    const isWhole = n === (listed[code] ?? 0) && !seen.has(restKey(place, code));
    const still = isWhole ? ofCode.filter((finding) => seen.has(keyOf(place, finding))) : ofCode;
    if (still.length === 0) continue;
    kept.push(...still);
    left[code] = isWhole ? still.length : n;
  }
  if (kept.length === 0) return [];
  return [{ ...found, class: worstOf(kept), findings: kept, counts: left }];
}
