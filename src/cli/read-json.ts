import { readFileSync } from 'node:fs';
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { AuditError } from '../model/audit-error.js';
import { jsonFault } from './json-fault.js';
import { systemErrorWords } from '../sources/system-error.js';

/** A check of any value against a schema: what is wrong with it, or undefined. @param name of the value, for the message */
export function makeValidator(schema: object, name: string): (value: unknown) => string | undefined {
  const ajv = new Ajv2020({ strict: true, verbose: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return undefined;
    const found = foundText(validate.errors![0]!);
    return `${ajv.errorsText(validate.errors, { dataVar: name })}${found === undefined ? '' : `, found ${found}`}`;
  };
}

/** What a message shows of a value. */
const MAX_SHOWN = 60;

/** What stands where something else was expected; undefined where something is missing, as the message says itself. */
function foundText({ keyword, data, params }: ErrorObject): string | undefined {
  if (keyword === 'additionalProperties')
    return JSON.stringify((params as { readonly additionalProperty: string }).additionalProperty);
  if (keyword === 'required') return undefined;
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object' && data !== null) return 'an object';
  const text = JSON.stringify(data);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

/** What a JSON file should hold, and what to do when it does not. */
export interface ExpectedJson {
  /** `a JSON report`, for the message. */
  readonly what: string;
  readonly code: 'report-invalid' | 'usage';
  readonly advice: string;
  /** When the file cannot be read. */
  readonly adviceToRead: string;
  /** As `makeValidator` makes it. */
  readonly validate: (value: unknown) => string | undefined;
  /** The message for JSON that is something else. */
  readonly message: (problem: string) => string;
}

/** Reads a JSON file. @throws AuditError naming the file, what was expected and what was found */
export function readJson(path: string, { what, code, advice, adviceToRead, validate, message }: ExpectedJson): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const isDirectory = (cause as NodeJS.ErrnoException).code === 'EISDIR';
    throw new AuditError(
      isDirectory ? 'not-a-file' : 'io',
      `${path}: expected ${what}, found ${systemErrorWords(cause)}`,
      adviceToRead,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AuditError(code, `${path}: expected ${what}, found ${jsonFault(text)}`, advice, { cause });
  }
  const problem = validate(value);
  if (problem !== undefined) throw new AuditError(code, message(problem), advice);
  return value;
}
