import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/audit/check-files.js';
import type { FileCounts } from '../../src/audit/hash-file.js';
import type { ReadMailbox } from '../../src/audit/read-mailbox.js';
import { TwinFiles } from '../../src/audit/twin-files.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import { blockOf } from '../support/build-index.js';
import { encodeIndex, type RecordValues } from '../support/encode/encode-index.js';

const version = INDEX_VERSIONS.get(17)!;
const text = (uid: number): string => `message ${String(uid)}`.repeat(uid === 3 ? 200_000 : 1);
const guidOf = (uid: number): Buffer => createHash('sha1').update(text(uid)).digest();
const record = (uid: number, values: Partial<RecordValues> = {}): RecordValues => ({
  uid,
  size: text(uid).length,
  guid: guidOf(uid),
  ...values,
});
const UIDS = [1, 2, 3, 4];

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'cyraudit-twins-'));
  for (const side of ['master', 'replica']) {
    mkdirSync(join(top, side));
    for (const uid of UIDS) write(side, uid, text(uid));
  }
});
afterEach(() => {
  rmSync(top, { recursive: true });
});

const write = (side: string, uid: number, bytes: string): void => writeFileSync(join(top, side, `${uid}.`), bytes);

function mailbox(side: string, records: readonly RecordValues[]): ReadMailbox {
  const index = encodeIndex({ version, records });
  return {
    dirs: { data: join(top, side), metaOf: (type: string) => join(top, side, `cyrus.${type}`) },
    stream: { version, blocks: () => [blockOf(index, version)] },
    totals: { records: records.length },
  } as unknown as ReadMailbox;
}

interface Checked {
  readonly found: readonly string[];
  readonly read: Readonly<Record<'master' | 'replica', number>>;
}

/** @param between what happens after the files of the master were looked at, and before those of the replica are */
function check(
  between: () => void = () => undefined,
  masterRecords = UIDS.map((uid) => record(uid)),
  replicaRecords = masterRecords,
): Checked {
  const counts = (): FileCounts => ({ files: 0, missing: 0, notHashed: 0, bytesRead: 0 });
  const [ofMaster, ofReplica] = [counts(), counts()];
  const replica = mailbox('replica', replicaRecords);
  const twins = new TwinFiles(replica, ofReplica);
  const unread: string[] = [];
  const isHashed = (): boolean => true;
  const found = [...checkFiles(mailbox('master', masterRecords), 'master', { isHashed, twins }, ofMaster, unread)];
  between();
  found.push(...checkFiles(replica, 'replica', { isHashed, proven: twins }, ofReplica, unread));
  expect(unread).toEqual([]);
  expect([ofMaster.files, ofReplica.files]).toEqual([masterRecords.length, replicaRecords.length]);
  return {
    found: found.map(({ side, uid, problem }) => `${side} ${String(uid)} ${problem}`),
    read: { master: ofMaster.bytesRead, replica: ofReplica.bytesRead },
  };
}

const total = UIDS.reduce((sum, uid) => sum + text(uid).length, 0);

test('each byte of either side is read once, and the same bytes are not looked at again', () => {
  const damage = (): void => write('replica', 2, text(2).toUpperCase());
  expect(check(damage)).toEqual({ found: [], read: { master: total, replica: total } });
});

describe('a damaged file is found on the side where it is', () => {
  test.each([1, 3])('a byte of message %i', (uid) => {
    for (const side of ['master', 'replica']) {
      const bytes = text(uid);
      write(side, uid, `${bytes.slice(0, -1)}X`);
      expect(check().found).toEqual([`${side} ${String(uid)} guid`]);
      write(side, uid, bytes);
    }
  });

  test('alike on both sides', () => {
    for (const side of ['master', 'replica']) write(side, 2, text(2).toUpperCase());
    expect(check().found).toEqual(['master 2 guid', 'replica 2 guid']);
  });

  test.each(['master', 'replica'])('shorter, empty, or not there, on the %s', (side) => {
    truncateSync(join(top, side, '1.'), 3);
    write(side, 2, '');
    rmSync(join(top, side, '3.'));
    rmSync(join(top, side, '4.'));
    mkdirSync(join(top, side, '4.'));
    expect(check().found).toEqual([`${side} 1 size`, `${side} 2 empty`, `${side} 3 missing`, `${side} 4 missing`]);
  });

  test.each(['master', 'replica'])('the right bytes with one more behind them, or in a FIFO, on the %s', (side) => {
    write(side, 1, `${text(1)}.`);
    rmSync(join(top, side, '2.'));
    execFileSync('mkfifo', [join(top, side, '2.')]);
    expect(check().found).toEqual([`${side} 1 size`, `${side} 2 missing`]);
  });

  test('bytes that are wrong are read, and counted, as often as right ones', () => {
    write('master', 1, text(1).toUpperCase());
    write('replica', 2, text(2).toUpperCase());
    expect(check()).toEqual({
      found: ['master 1 guid', 'replica 2 guid'],
      read: { master: total, replica: total + text(1).length + text(2).length },
    });
  });
});

describe('only a record that says the same has a twin', () => {
  const other = createHash('sha1').update('another').digest();

  test('another GUID under one UID', () => {
    const records = UIDS.map((uid) => record(uid, uid === 2 ? { guid: other } : {}));
    expect(
      check(
        undefined,
        UIDS.map((uid) => record(uid)),
        records,
      ).found,
    ).toEqual(['replica 2 guid']);
  });

  test('a UID that stands twice in the index of the replica', () => {
    const records = [...UIDS.slice(0, 2).map((uid) => record(uid)), record(2, { guid: other }), record(3), record(4)];
    expect(
      check(
        undefined,
        UIDS.map((uid) => record(uid)),
        records,
      ).found,
    ).toEqual(['replica 2 guid']);
  });

  test('records that one side lacks, or has in another order', () => {
    const some = [record(4), record(1), record(3)];
    const all = UIDS.map((uid) => record(uid));
    expect(check(undefined, all, some).found).toEqual(['replica 2 unclaimed']);
    expect(check(undefined, some, all).found).toEqual(['master 2 unclaimed']);
    expect(check(undefined, all, [record(1)]).found).toEqual(
      [2, 3, 4].map((uid) => `replica ${String(uid)} unclaimed`),
    );
    expect(check(undefined, all, []).found).toEqual(UIDS.map((uid) => `replica ${String(uid)} unclaimed`));
  });
});
