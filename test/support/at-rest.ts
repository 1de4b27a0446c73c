import { existsSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a file and its directory as old as damage is: what was written a moment ago is a server at work. */
export function atRest(path: string): void {
  const then = Date.now() / 1000 - 3600;
  for (const one of [path, dirname(path)]) if (existsSync(one)) utimesSync(one, then, then);
}
