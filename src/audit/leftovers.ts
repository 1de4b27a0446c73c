import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Side } from '../sources/spool/open-side.js';

/** What is younger may be in use: a rewrite takes moments, a delivery or an upload may take its time. Unit: ms. */
const OLD_REWRITE = 60 * 60 * 1000;
const OLD_STAGED = 24 * 60 * 60 * 1000;
/** Leftovers of a side that are told. */
const MAX_LEFTOVERS = 100;
/** Directories of messages on their way, below a partition. Source: append_newstage, imap/append.c; sync_support.c. */
const STAGING = ['stage.', 'sync.'];

/** True for a file that nobody can be at work on any more. */
export function isAbandoned(path: string, age = OLD_REWRITE, now = Date.now()): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && now - stat.mtimeMs > age;
}

/** What crashes have left outside of mailboxes: unfinished rewrites of databases and quota roots, staged messages. */
export function findLeftovers(side: Side): string[] {
  const { layout, list, annotations } = side;
  const found: string[] = [];
  const add = (path: string, age?: number): void => {
    if (found.length < MAX_LEFTOVERS && isAbandoned(path, age)) found.push(path);
  };
  for (const { path } of [list, annotations]) add(`${path}.NEW`);
  for (const path of filesBelow(layout.quota.dir, 2)) if (path.endsWith('.NEW')) add(path);
  for (const path of stagedFiles(side)) add(path, OLD_STAGED);
  return found;
}

/** Files of messages on their way, on all partitions of a side. */
export function* stagedFiles({ layout }: Side): Generator<string> {
  for (const { data } of layout.partitions) for (const name of STAGING) yield* filesBelow(join(data, name), 3);
}

/** Paths of all that is no directory; what cannot be listed has none: staging is often closed to others. */
function* filesBelow(path: string, depth: number): Generator<string> {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (!entry.isDirectory()) yield below;
    else if (depth > 1) yield* filesBelow(below, depth - 1);
  }
}
