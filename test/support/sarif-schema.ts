import { readFileSync } from 'node:fs';
import draft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';

const file = new URL('../../fixtures/schemas/sarif-2.1.0-rtm.5.json', import.meta.url);
// Its pattern of a language has a stray bracket, which a Unicode expression would refuse.
const ajv = new draft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);

/** What is wrong with a SARIF log; undefined = it fits the schema. */
export function sarifProblem(log: unknown): string | undefined {
  return validate(log) ? undefined : ajv.errorsText(validate.errors);
}
