import type { Report } from '../generated/report.js';
import type { FindingClass } from '../model/effects.js';

/** Status of an audit that could not be finished. */
export const STATUS_INCOMPLETE = 3;

/**
 * The exit status that a report stands for: the convention of monitoring plugins, so that cron, Nagios and CI can
 * use it unchanged; with --accept and --baseline it stands for the rest. `failOn` is the mildest class that is not a
 * success; `halt` and an incomplete audit always fail.
 */
export function exitStatus(
  { verdict, attention = verdict, complete }: Pick<Report, 'verdict' | 'attention' | 'complete'>,
  failOn: FindingClass,
): 0 | 1 | 2 | 3 {
  if (attention === 'halt') return 2;
  if (!complete) return STATUS_INCOMPLETE;
  if (attention === 'admin') return failOn === 'halt' ? 0 : 1;
  if (attention === 'safe') return failOn === 'safe' ? 1 : 0;
  return 0;
}
