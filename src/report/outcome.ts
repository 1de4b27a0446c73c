import type { Report, ReportFinding } from '../generated/report.js';
import type { VerdictClass } from '../model/effects.js';

/** "Let replication run" must not stand below a verdict that forbids it. */
export const mayRun = ({ complete, verdict }: Report): boolean => complete && verdict !== 'halt';

/** The colour of the verdict: what is incomplete is never green. */
export const shownClass = ({ complete, verdict }: Report): VerdictClass =>
  complete || verdict === 'halt' ? verdict : 'admin';

/** Nothing below the mailbox lists was looked at: the counts are those of an audit that did not come so far. */
export function nothingLookedAt({ sides, counts, verdict, complete, mailboxes, users }: Report): boolean {
  if (verdict !== 'halt' && complete) return false;
  const sums = [
    ...sides.flatMap((side) => [side.mailboxes, side.deletedMailboxes, side.tombstones, side.records, side.files]),
    counts.mailboxes.clean,
    counts.users.clean,
    mailboxes.length,
    users.length,
  ];
  return sums.every((sum) => sum === 0);
}

/** Findings that do not decide the exit status: accepted, or in the baseline already. */
export function isKnown({ class: of, accepted, since }: ReportFinding, { startedAt }: Report): boolean {
  return of !== 'halt' && (accepted !== undefined || (since !== undefined && since !== startedAt));
}

/** All findings, also those that the report only counts. */
export const findingTotal = ({ counts }: Report): number =>
  Object.values(counts.findings).reduce((sum, count) => sum + count, 0);
