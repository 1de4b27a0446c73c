import type { Report } from '../generated/report.js';
import type { FindingClass } from '../model/effects.js';

/** Errors of the call, the set-up or the machine, and audits that could not be finished. */
export const STATUS_UNKNOWN = 3;
/** A bug of cyraudit. Source: EX_SOFTWARE of sysexits.h. */
export const STATUS_BUG = 70;

/**
 * The exit status that a report stands for: the convention of monitoring plugins, so that cron, Nagios and CI can
 * use it unchanged; with --accept and --baseline it stands for the rest. `failOn` is the mildest class that is not a success; `halt` and an incomplete audit always fail.
 */
export function exitStatus(
  { verdict, attention = verdict, complete }: Pick<Report, 'verdict' | 'attention' | 'complete'>,
  failOn: FindingClass,
): 0 | 1 | 2 | 3 {
  if (attention === 'halt') return 2;
  if (!complete) return STATUS_UNKNOWN;
  if (attention === 'admin') return failOn === 'halt' ? 0 : 1;
  if (attention === 'safe') return failOn === 'safe' ? 1 : 0;
  return 0;
}
