import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The schema of reports, found through the package's own name: the same from src/, from dist/ and when installed. */
export function readReportSchema(): object {
  const path = createRequire(import.meta.url).resolve('cyraudit/report.schema.json');
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}
