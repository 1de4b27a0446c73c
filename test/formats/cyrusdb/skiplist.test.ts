import { expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openSkiplist, type Skiplist } from '../../../src/formats/cyrusdb/skiplist/skiplist.js';
import { encodeSkiplist, type SkiplistChange } from '../../support/encode/encode-skiplist.js';

const open = (bytes: Buffer): Skiplist => openSkiplist(bufferSource(bytes), 'f').db!;
const text = (db: Skiplist): [string, string][] =>
  [...db.rows()].map(({ key, value }) => [key.toString(), value.toString()]);
const put = (key: string, value: string): readonly [Buffer, Buffer] => [Buffer.from(key), Buffer.from(value)];
const drop = (key: string): SkiplistChange => [Buffer.from(key), undefined];

const CHECKPOINT = [put('aa', '1'), put('bb', '1'), put('cc', '1'), put('dd', '1')];
const LOG: SkiplistChange[][] = [
  [put('bb', '2'), put('b', '2')],
  [drop('cc'), drop('b')],
  [put('cc', '3'), put('zz', '3'), put('bb', '3')],
];
const REMAINING: [string, string][] = [
  ['aa', '1'],
  ['bb', '3'],
  ['cc', '3'],
  ['dd', '1'],
  ['zz', '3'],
];
/** The first record: after the header and a dummy of 20 levels. */
const FIRST = 48 + 96;

test('checkpoint and log give the database, and the pointers agree', () => {
  const db = open(encodeSkiplist(CHECKPOINT, LOG));
  expect(db.verify()).toEqual([]);
  expect(text(db)).toEqual(REMAINING);
  expect(db.get(Buffer.from('b'))).toBeUndefined();
});

test.each<[string, SkiplistChange[]]>([
  ['added', [put('a', 'x')]],
  ['replaced', [put('aa', 'x')]],
  ['deleted', [drop('dd'), drop('zz')]],
])('an unfinished transaction is left out, though the pointers have it: %s', (_, uncommitted) => {
  const db = open(encodeSkiplist(CHECKPOINT, LOG, uncommitted));
  expect(text(db)).toEqual(REMAINING);
  expect(db.verify()).toMatchObject([{ code: 'db-trailing-bytes' }]);
});

test('signed order is an order', () => {
  const rows = [put('\u00ff', '1'), put('a', '2')];
  const db = open(encodeSkiplist(rows));
  expect(text(db).map(([, value]) => value)).toEqual(['2', '1']);
});

const patched = (change: (file: Buffer) => void): Buffer => {
  const file = encodeSkiplist(CHECKPOINT, LOG);
  change(file);
  return file;
};
const u32 = (value: number, at: number) => (file: Buffer) => void file.writeUInt32BE(value, at);

test.each<[string, Buffer, string]>([
  ['version', patched(u32(2, 20)), 'db-version'],
  ['maxlevel', patched(u32(21, 28)), 'db-record-shape'],
  ['curlevel above maxlevel', patched(u32(21, 32)), 'db-record-shape'],
  ['a level above curlevel', patched(u32(1, 32)), 'db-record-shape'],
  ['padding of a key', patched((file) => file.writeUInt8(1, FIRST + 8 + 2)), 'db-record-shape'],
  ['padding of a value', patched((file) => file.writeUInt8(1, FIRST + 8 + 4 + 4 + 3)), 'db-record-shape'],
  ['a pointer of the dummy to nothing', patched(u32(FIRST + 4, 48 + 12)), 'db-link'],
  ['an upper pointer that passes a record', patched(u32(0, 48 + 16)), 'db-link'],
  ['a circle', patched((file) => file.writeUInt32BE(FIRST, FIRST + 20)), 'db-order'],
  ['a key beyond the file', patched(u32(0x7fffffff, FIRST + 4)), 'db-record-shape'],
  ['a deletion of nothing', patched((file) => file.writeUInt32BE(FIRST + 4, firstDelete(file) + 4)), 'db-link'],
])('damage is told: %s', (_, file, code) => {
  const { db, faults } = openSkiplist(bufferSource(file), 'f');
  expect((db?.verify() ?? faults).map((fault) => fault.code)).toContain(code);
});

/** The first DELETE of the log, whose start the header names. */
function firstDelete(file: Buffer): number {
  const start = file.readUInt32BE(40);
  expect(file.readUInt32BE(start)).toBe(4);
  return start;
}
