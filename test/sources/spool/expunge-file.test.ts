import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFiles } from '../../../src/audit/check-files.js';
import type { ReadMailbox } from '../../../src/audit/read-mailbox.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { readExpungedUids } from '../../../src/sources/spool/expunge-file.js';
import { blockOf } from '../../support/build-index.js';
import { encodeIndex, type RecordValues } from '../../support/encode/encode-index.js';

const record = (uid: number): RecordValues => ({ uid, size: 3, guid: Buffer.alloc(20, uid) });
let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-expunge-'));
  path = join(dir, 'cyrus.expunge');
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('cyrus.expunge of 2.3', () => {
  test.each([6, 7, 8, 9, 10])('version %i: its records are expunged messages', (minor) => {
    writeFileSync(path, encodeIndex({ version: minor, records: [record(2), record(5)] }));
    const unread: string[] = [];
    expect(readExpungedUids(path, minor, unread)).toEqual([2, 5]);
    expect(unread).toEqual([]);
  });

  test('a file that 2.4 and later leave lying is not looked at', () => {
    writeFileSync(path, encodeIndex({ version: 10, records: [record(2)] }));
    expect(readExpungedUids(path, 12, [])).toEqual([]);
  });

  test('none is no news, and what cannot be read is told', () => {
    const unread: string[] = [];
    expect(readExpungedUids(path, 10, unread)).toEqual([]);
    expect(unread).toEqual([]);
    writeFileSync(path, encodeIndex({ version: 10, records: [record(2)] }).subarray(0, -1));
    expect(readExpungedUids(path, 10, unread)).toEqual([]);
    expect(unread).toEqual([`${path}: index-truncated`]);
    rmSync(path);
    mkdirSync(path);
    expect(readExpungedUids(path, 10, unread)).toEqual([]);
    expect(unread).toHaveLength(2);
  });
});

test.each([
  [10, []],
  [12, [2]],
])('version %i: message files that nothing claims', (minor, unclaimed) => {
  const version = INDEX_VERSIONS.get(minor)!;
  writeFileSync(path, encodeIndex({ version: 10, records: [record(2)] }));
  for (const uid of [1, 2]) writeFileSync(join(dir, `${uid}.`), 'abc');
  const index = encodeIndex({ version, records: [record(1)] });
  const mailbox = {
    dirs: { data: dir, metaOf: (type: string) => join(dir, `cyrus.${type}`) },
    stream: { version, blocks: () => [blockOf(index, version)] },
  } as unknown as ReadMailbox;
  const unread: string[] = [];
  const found = [
    ...checkFiles(
      mailbox,
      'master',
      { isHashed: () => false },
      { files: 0, missing: 0, notHashed: 0, bytesRead: 0 },
      unread,
    ),
  ];
  expect(found.map(({ problem, uid }) => [problem, uid])).toEqual(unclaimed.map((uid) => ['unclaimed', uid]));
  expect(unread).toEqual([]);
});
