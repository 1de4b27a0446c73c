import { PENDING_LOG_FINDINGS } from '../findings/catalogue.js';
import type { ReportedFinding } from '../model/effects.js';
import type { PendingLog } from '../sources/spool/pending-log.js';

/** What is wrong with the lines of the pending logs. A log that could not be read at all is in its `unread`. */
export function pendingLogFindings(logs: readonly PendingLog[]): ReportedFinding[] {
  return logs.flatMap(({ channel, faults }) =>
    faults.flatMap((fault) => PENDING_LOG_FINDINGS.flatMap((finding) => finding.find({ fault, channel }))),
  );
}
