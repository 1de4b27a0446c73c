import type { Report } from '../generated/report.js';
import { makeValidator, readJson } from './read-json.js';
import { readReportSchema } from './report-schema.js';

/** A check of any value against schemas/report.schema.json: what is wrong with it, or undefined. */
export const makeReportValidator = (): ((value: unknown) => string | undefined) =>
  makeValidator(readReportSchema(), 'report');

/** Reads a saved JSON report. */
export function readReport(path: string): Report {
  return readJson(path, {
    what: 'a JSON report',
    code: 'report-invalid',
    advice: 'Name a report that this version of cyraudit wrote with --report json=FILE.',
    adviceToRead: 'Name the file that --report json=FILE wrote.',
    validate: makeReportValidator(),
    message: (problem) => `${path}: not a report of cyraudit: ${problem}`,
  }) as Report;
}
