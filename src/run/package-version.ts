import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Found through the package's own name: the same from src/ under vitest, from dist/ and when installed. */
const manifest = createRequire(import.meta.url).resolve('cyraudit/package.json');

/** Version of this package, as package.json says. */
export const packageVersion = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
