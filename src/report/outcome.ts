import type { Report, ReportFinding } from '../generated/report.js';
import type { VerdictClass } from '../model/effects.js';

/** "Let replication run" must not stand below a verdict that forbids it. */
export const mayRun = ({ complete, verdict }: Report): boolean => complete && verdict !== 'halt';

/** The colour of the verdict: what is incomplete is never green. */
export const shownClass = ({ complete, verdict }: Report): VerdictClass =>
  complete || verdict === 'halt' ? verdict : 'admin';

/** Findings that do not decide the exit status: accepted, or in the baseline already. */
export function isKnown({ class: of, accepted, since }: ReportFinding, { startedAt }: Report): boolean {
  return of !== 'halt' && (accepted !== undefined || (since !== undefined && since !== startedAt));
}

/** All findings, also those that the report only counts. */
export const findingTotal = ({ counts }: Report): number =>
  Object.values(counts.findings).reduce((sum, count) => sum + count, 0);
