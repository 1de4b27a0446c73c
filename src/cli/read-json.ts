import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { AuditError } from '../model/audit-error.js';

/** A check of any value against a schema: what is wrong with it, or undefined. @param name of the value, for the message */
export function makeValidator(schema: object, name: string): (value: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: name }));
}

/** What a JSON file should hold, and what to do when it does not. */
export interface ExpectedJson {
  /** `a JSON report`, for the message. */
  readonly what: string;
  readonly code: 'report-invalid' | 'usage';
  readonly advice: string;
  /** When the file cannot be read. */
  readonly adviceToRead: string;
}

/** Reads a JSON file. @throws AuditError naming the file, what was expected and what was found */
export function readJson(path: string, { what, code: ofContent, advice, adviceToRead }: ExpectedJson): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AuditError(
      code === 'EISDIR' ? 'not-a-file' : 'io',
      `${path}: expected ${what}, found ${code === 'EISDIR' ? 'a directory' : `an error (${String(code)})`}`,
      adviceToRead,
      { cause },
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AuditError(ofContent, `${path}: expected ${what}, found text that is not JSON`, advice, { cause });
  }
}
