import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';
import type { VersionTruth } from '../../fixtures/make/version-truth.js';

const root = fileURLToPath(new URL('../../fixtures/versions/', import.meta.url));

const readTruth = (name: string): VersionTruth =>
  JSON.parse(readFileSync(join(root, name, 'truth.json'), 'utf8')) as VersionTruth;

/** Every tree of one kind, in the order of the alphabet; synchronous, for `test.each`. */
export function listTruths<K extends VersionTruth['kind']>(kind: K): Extract<VersionTruth, { kind: K }>[] {
  return readdirSync(root)
    .sort()
    .map(readTruth)
    .filter((truth): truth is Extract<VersionTruth, { kind: K }> => truth.kind === kind);
}

/** 50,000 small files: in memory where the system has such a place, and synchronously, which takes a third of the time. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Unpacks a tree for the length of `use`. */
export async function withTree<T>(name: string, use: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(scratch, `cyraudit-${name}-`));
  try {
    extract({ file: join(root, name, 'before.tar.gz'), cwd: dir, preserveOwner: false, strict: true, sync: true });
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
