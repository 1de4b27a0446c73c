import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readReportSchema } from '../../src/cli/report-schema.js';

const schema = readReportSchema() as { $id: string };
const ajv = new Ajv2020({ strict: true });
addFormats.default(ajv);
ajv.addSchema(schema);
const validateLine = ajv.compile({ $ref: `${schema.$id}#/$defs/ndjsonLine` });

/** What is wrong with one line of `--report ndjson`; undefined = it is valid. */
export function lineProblem(line: unknown): string | undefined {
  return validateLine(line) ? undefined : `${ajv.errorsText(validateLine.errors)}: ${JSON.stringify(line)}`;
}
