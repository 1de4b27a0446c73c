import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { makeValidator, readJson } from './read-json.js';
import { readReportSchema } from './report-schema.js';

/** A check of any value against schemas/report.schema.json: what is wrong with it, or undefined. */
export const makeReportValidator = (): ((value: unknown) => string | undefined) =>
  makeValidator(readReportSchema(), 'report');

/** Reads a saved JSON report. */
export function readReport(path: string): Report {
  const advice = 'Name a report that this version of cyraudit wrote with --report json=FILE.';
  const value = readJson(path, {
    what: 'a JSON report',
    code: 'report-invalid',
    advice,
    adviceToRead: 'Name the file that --report json=FILE wrote.',
  });
  const problem = makeReportValidator()(value);
  if (problem !== undefined)
    throw new AuditError('report-invalid', `${path}: not a report of cyraudit: ${problem}`, advice);
  return value as Report;
}
