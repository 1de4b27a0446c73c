import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';

import type { CaseFile } from '../../fixtures/make/case-file.js';
import { atRest } from './at-rest.js';

/** `pairs`: imported recordings. `made`: written by `npm run fixtures:make`. */
export type Collection = 'pairs' | 'made';

const root = (collection: Collection): string =>
  fileURLToPath(new URL(`../../fixtures/${collection}/`, import.meta.url));

/** Names in the order of the alphabet; synchronous, for `test.each`. */
export const listPairs = (collection: Collection = 'pairs'): readonly string[] => readdirSync(root(collection)).sort();

export const readCase = (name: string, collection: Collection = 'pairs'): CaseFile =>
  JSON.parse(readFileSync(join(root(collection), name, 'case.json'), 'utf8')) as CaseFile;

export interface UnpackedPair {
  /** Holds `master/` and `replica/`; removed by `dispose`. */
  readonly dir: string;
  readonly master: string;
  readonly replica: string;
  readonly case: CaseFile;
  dispose(): Promise<void>;
}

/** Each call has its own copy, with the files' mtimes, and owned by whoever runs the test. */
export async function unpackPair(name: string, collection: Collection = 'pairs'): Promise<UnpackedPair> {
  const caseFile = readCase(name, collection);
  const dir = await mkdtemp(join(tmpdir(), `cyraudit-${name}-`));
  const dispose = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const file = join(root(collection), name, 'before.tar.gz');
    await extract({ file, cwd: dir, preserveOwner: false, strict: true });
    // Directories come with the time of their last file.
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) atRest(join(entry.parentPath, entry.name));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { dir, master: join(dir, 'master'), replica: join(dir, 'replica'), case: caseFile, dispose };
}

export interface TreeEntry {
  /** Relative to the snapshot's root, `.` for the root itself. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits, octal. */
  readonly mode: string;
  /** 0 for a directory: its size depends on the file system's history. */
  readonly size: number;
  /** Nanoseconds since the epoch, decimal: beyond 2^53. */
  readonly mtimeNs: string;
  /** Of a file's bytes or a link's target; empty for the rest. */
  readonly sha256: string;
}

/** Two equal snapshots prove that nothing between them wrote below `dir`. Access times are left out: the snapshot's
 *  own reading moves them. */
export async function snapshotTree(dir: string): Promise<TreeEntry[]> {
  const below = await readdir(dir, { recursive: true });
  const entries: TreeEntry[] = [];
  for (const path of ['.', ...below.sort()]) {
    const full = join(dir, path);
    const stat = await lstat(full, { bigint: true });
    const type = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isSymbolicLink()
          ? 'symlink'
          : 'other';
    const content = type === 'file' ? await readFile(full) : type === 'symlink' ? await readlink(full) : undefined;
    entries.push({
      path,
      type,
      mode: (stat.mode & 0o7777n).toString(8),
      size: type === 'directory' ? 0 : Number(stat.size),
      mtimeNs: stat.mtimeNs.toString(),
      sha256: content === undefined ? '' : createHash('sha256').update(content).digest('hex'),
    });
  }
  return entries;
}
