/** Every file of every tree that real Cyrus wrote is recognised, decoded, and of the published form. */
import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { AuditError } from '../../src/model/audit-error.js';
import { listPairs, unpackPair } from '../support/fixture.js';
import { listTruths, withTree } from '../versions/version-fixture.js';
import { itemProblem } from '../support/inspect-schema.js';

/** Files that are no business of `inspect`, and why. */
const NOT_INSPECTED: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^[1-9]\d*\.$/, 'a message, as it came: any mail program shows it'],
];

/** Faults that the trees were made with, and those of each index that a tool converted. */
const DAMAGED: Readonly<Record<string, readonly string[]>> = {
  'v2.5.17-pair-list-truncated': ['db-truncated'],
  'v3.0.18-pair-master-record-crc': ['record-crc'],
  'v3.8.7-pair-list-truncated': ['db-truncated'],
  'v3.8.7-pair-master-record-crc': ['record-crc'],
};

interface Swept {
  readonly files: number;
  readonly unknown: readonly string[];
  readonly invalid: readonly string[];
  readonly faults: readonly string[];
  readonly undecoded: readonly string[];
}

function sweep(dir: string): Swept {
  const unknown: string[] = [];
  const invalid = new Set<string>();
  const faults = new Set<string>();
  const undecoded = new Set<string>();
  let files = 0;
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || NOT_INSPECTED.some(([name]) => name.test(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    files++;
    try {
      const { about, items } = inspectFile(path);
      if (about.format === 'database' && about.backend !== 'sqlite') unknown.push(`${relative(dir, path)}: a database`);
      for (const item of items) {
        if (item.type === 'fault') faults.add(item['code'] as string);
        if (item.type === 'not-decoded') undecoded.add(basename(path));
        if (item.type === 'row' && about.format !== 'deliver.db') unknown.push(`${relative(dir, path)}: a row`);
        const problem = itemProblem(path, about, item);
        if (problem !== undefined) invalid.add(problem);
      }
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      unknown.push(error.message);
    }
  }
  return { files, unknown, invalid: [...invalid], faults: [...faults], undecoded: [...undecoded] };
}

const trees = [...listTruths('single'), ...listTruths('pair'), ...listTruths('mailboxes')].map(({ name }) => name);

describe('trees of other releases', () => {
  test.each(trees)('%s', async (name) => {
    const swept = await withTree(name, sweep);
    expect(swept.files).toBeGreaterThan(2);
    expect(swept).toMatchObject({ unknown: [], invalid: [], faults: DAMAGED[name] ?? [] });
    for (const file of swept.undecoded) expect(['dav.db', 'caldav_alarm.sqlite3']).toContain(file);
  });
});

/** Enough of the recordings to have every kind of file and of damage. */
const EVERY = 9;
const pairs = listPairs('pairs').filter((_, i) => i % EVERY === 0);
const made = ['archive-meta-clean', 'legacy-layout-clean', 'seen-by-other-lag', 'sieve-clean', 'virtdomains-clean'];

describe('recordings of 3.6.1', () => {
  test.each([
    ...pairs.map((name) => ['pairs', name] as const),
    ...made.map((name) => ['made', name] as const),
    ...['mboxlist-header-corrupt', 'mboxlist-bytes-corrupt', 'index-zero-replica', 'header-garbage-master'].map(
      (name) => ['pairs', name] as const,
    ),
  ])('%s/%s', async (collection, name) => {
    const pair = await unpackPair(name, collection);
    try {
      expect(sweep(pair.dir)).toMatchObject({ unknown: [], invalid: [] });
    } finally {
      await pair.dispose();
    }
  });
});
