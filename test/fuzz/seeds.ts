/** The real files that mutations start from. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { list } from 'tar';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Servers of every release at hand, in layouts and databases as different as they come. */
const ARCHIVES = [
  'versions/v2.4.20-single-b',
  'versions/v2.5.17-single-c',
  'versions/v3.0.18-single-c',
  'versions/v3.6.1-single-e',
  'versions/v3.6.1-single-f',
  'versions/v3.8.7-single-d',
  'versions/index-version-10',
  'versions/index-version-19',
  'made/archive-meta-clean',
  'made/sieve-clean',
];

/** Larger ones cost time and show nothing new. */
const MAX_SEED = 24 * 1024;

export interface SeedFile {
  /** `v2.4.20-single-b/side/conf/mailboxes.db`. */
  readonly path: string;
  readonly bytes: Buffer;
}

let known: readonly SeedFile[] | undefined;

/** Every file of the archives that may be one of Cyrus's own, and the anchors; unpacked once. */
export function seedFiles(): readonly SeedFile[] {
  return (known ??= readSeedFiles());
}

function readSeedFiles(): SeedFile[] {
  const files: SeedFile[] = [];
  for (const archive of ARCHIVES) {
    const name = archive.split('/')[1]!;
    list({
      file: join(fixtures, archive, 'before.tar.gz'),
      sync: true,
      onReadEntry: (entry) => {
        if (entry.type !== 'File' || entry.size > MAX_SEED || /\/\d+\.$/.test(entry.path)) return;
        const parts: Buffer[] = [];
        entry.on('data', (part: Buffer) => parts.push(part));
        entry.on('end', () => files.push({ path: `${name}/${entry.path}`, bytes: Buffer.concat(parts) }));
      },
    });
  }
  const anchors = join(fixtures, 'anchors/index');
  for (const version of readdirSync(anchors).filter((one) => one.startsWith('v'))) {
    for (const file of readdirSync(join(anchors, version)))
      files.push({ path: `anchors/${version}/${file}`, bytes: readFileSync(join(anchors, version, file)) });
  }
  return files;
}
