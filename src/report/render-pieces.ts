import { constants } from 'node:buffer';
import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { grouped } from './numbers.js';
import type { RenderOptions, ReportFormat } from './report-format.js';

/**
 * A report in a format, in one piece or in several.
 * @param option that chose the format
 * @throws AuditError when the format needs one piece and a string cannot be as long
 */
export function renderPieces(
  format: ReportFormat,
  report: Report,
  options: RenderOptions,
  option = '--report',
): Iterable<string> {
  if (format.pieces !== undefined) return format.pieces(report);
  try {
    return [format.render(report, options)];
  } catch (error) {
    if (!(error instanceof RangeError && error.message === 'Invalid string length')) throw error;
    throw new AuditError(
      'report-unwritable',
      `${option} ${format.name}: expected at most ${grouped(constants.MAX_STRING_LENGTH)} characters of report, found more`,
      'Use json or ndjson, which may be longer, or audit fewer mailboxes at a time (--user, --mailbox).',
      { cause: error },
    );
  }
}
