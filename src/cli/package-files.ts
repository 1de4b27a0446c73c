import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Found through the package's own name: the same from src/ under vitest, from dist/ and when installed. */
const schemaPath = createRequire(import.meta.url).resolve('cyraudit/report.schema.json');

export function readReportSchema(): object {
  return JSON.parse(readFileSync(schemaPath, 'utf8')) as object;
}

export function packageVersion(): string {
  const path = join(dirname(schemaPath), '..', 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
