import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { readReportSchema } from './report-schema.js';

/** A check of any value against schemas/report.schema.json: what is wrong with it, or undefined. */
export function makeReportValidator(): (value: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const validate = ajv.compile(readReportSchema());
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'report' }));
}

/** Reads a saved JSON report. */
export function readReport(path: string): Report {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AuditError(
      code === 'EISDIR' ? 'not-a-file' : 'io',
      `${path}: expected a JSON report, found ${code === 'EISDIR' ? 'a directory' : `an error (${String(code)})`}`,
      'Name the file that --report json=FILE wrote.',
      { cause },
    );
  }
  const advice = 'Name a report that this version of cyraudit wrote with --report json=FILE.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AuditError('report-invalid', `${path}: expected a JSON report, found text that is not JSON`, advice, {
      cause,
    });
  }
  const problem = makeReportValidator()(value);
  if (problem !== undefined)
    throw new AuditError('report-invalid', `${path}: not a report of cyraudit: ${problem}`, advice);
  return value as Report;
}
