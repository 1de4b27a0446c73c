import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { About, Item } from '../../src/inspect/inspection.js';

const path = createRequire(import.meta.url).resolve('cyraudit/inspect.schema.json');
const schema = JSON.parse(readFileSync(path, 'utf8')) as { $id: string };
const ajv = new Ajv2020({ strict: true });
ajv.addSchema(schema);
const validateDocument = ajv.compile({ $ref: schema.$id });
const validateLine = ajv.compile({ $ref: `${schema.$id}#/$defs/ndjsonLine` });

/** What is wrong with a document of `inspect --json`; undefined = it is valid. */
export function documentProblem(document: unknown): string | undefined {
  return validateDocument(document) ? undefined : ajv.errorsText(validateDocument.errors);
}

/** What is wrong with one line of `inspect --ndjson`. */
export function lineProblem(line: unknown): string | undefined {
  return validateLine(line) ? undefined : `${ajv.errorsText(validateLine.errors)}: ${JSON.stringify(line)}`;
}

/** What is wrong with an item as its line of NDJSON. */
export function itemProblem(file: string, about: About, item: Item): string | undefined {
  return lineProblem({ file, ...about, ...item });
}
