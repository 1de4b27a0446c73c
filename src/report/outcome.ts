import type { Report } from '../generated/report.js';
import type { VerdictClass } from '../model/effects.js';

/** "Let replication run" must not stand below a verdict that forbids it. */
export const mayRun = ({ complete, verdict }: Report): boolean => complete && verdict !== 'halt';

/** The colour of the verdict: what is incomplete is never green. */
export const shownClass = ({ complete, verdict }: Report): VerdictClass =>
  complete || verdict === 'halt' ? verdict : 'admin';

/** All findings, also those that the report only counts. */
export const findingTotal = ({ counts }: Report): number =>
  Object.values(counts.findings).reduce((sum, count) => sum + count, 0);
