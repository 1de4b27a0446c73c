import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A schema, found through the package's own name: the same from src/, from dist/ and when installed. */
export function readSchema(name: 'report' | 'accept' | 'held' | 'gate' | 'manifest' | 'config'): object {
  const path = createRequire(import.meta.url).resolve(`cyraudit/${name}.schema.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

export const readReportSchema = (): object => readSchema('report');
