import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openTwom, type Twom } from '../../../src/formats/cyrusdb/twom/twom.js';
import { xxh3Low32 } from '../../../src/bytes/xxh3.js';
import { encodeTwom, type TwomChange } from '../../support/encode/encode-twom.js';

const open = (bytes: Buffer): Twom => openTwom(bufferSource(bytes), 'f').db!;
const text = (db: Twom): [string, string][] =>
  [...db.rows()].map(({ key, value }) => [key.toString(), value.toString()]);
const put = (key: string, value: string): TwomChange => [Buffer.from(key), Buffer.from(value)];
const drop = (key: string): TwomChange => [Buffer.from(key), undefined];

/** Replaced twice, deleted, deleted and stored again: each kind of ancestor. */
const HISTORY: TwomChange[][] = [
  [put('a', '1'), put('b', '1'), put('c', '1'), put('d', '1'), put('e', '1')],
  [put('b', '2'), drop('c'), put('d', '2')],
  [put('c', '3'), put('d', '3'), drop('a')],
  [drop('c'), put('c', '4'), put('f', '4')],
];
const REMAINING: [string, string][] = [
  ['b', '2'],
  ['c', '4'],
  ['d', '3'],
  ['e', '1'],
  ['f', '4'],
];

/** The vector of cyrusdb.md section 7.7: a record with the level 2 and no links. */
test('checksums of a record are those of the library', () => {
  const file = encodeTwom([[put('key00038', 'x'), put('key00039', 'value 1')]]);
  const head = file.indexOf(Buffer.from('0202080007000000', 'hex'));
  expect(file.subarray(head, head + 32).toString('hex')).toBe(`0202080007000000${'00'.repeat(24)}`);
  expect(file.subarray(head + 32, head + 40).toString('hex')).toBe('0b94a3500e06b73d');
});

test('the history of a key is followed, and only its last value counts', () => {
  const db = open(encodeTwom(HISTORY));
  expect(db.verify()).toEqual([]);
  expect(text(db)).toEqual(REMAINING);
  expect(db.get(Buffer.from('a'))).toBeUndefined();
  expect(db.get(Buffer.from('c'))?.toString()).toBe('4');
});

test.each<[string, TwomChange[]]>([
  ['a new first key', [put('A', 'x')]],
  ['a new last key', [put('z', 'x')]],
  ['a replaced value', [put('d', 'x')]],
  ['a deleted key', [drop('d')]],
  ['a key stored again', [put('a', 'x')]],
  ['all of it', [put('A', 'x'), put('z', 'x'), put('d', 'x'), drop('e'), put('a', 'x'), drop('b')]],
])('what a killed writer left is not there: %s', (_, uncommitted) => {
  const db = open(encodeTwom(HISTORY, { uncommitted }));
  expect(text(db)).toEqual(REMAINING);
  for (const [key, value] of REMAINING) expect(db.get(Buffer.from(key))?.toString()).toBe(value);
  for (const key of ['A', 'a', 'z']) expect(db.get(Buffer.from(key))).toBeUndefined();
  expect(db.verify().map(({ code }) => code)).toEqual(['db-dirty']);
});

test('any history is read as a map would keep it', () => {
  const changeArb = fc.tuple(
    fc.uint8Array({ minLength: 1, maxLength: 3, max: 4 }),
    fc.option(fc.uint8Array({ maxLength: 30 })),
  );
  fc.assert(
    fc.property(fc.array(fc.array(changeArb, { minLength: 1, maxLength: 8 }), { maxLength: 8 }), (arb) => {
      const history = arb.map((changes) =>
        changes.map(([key, value]): TwomChange => [Buffer.from(key), value === null ? undefined : Buffer.from(value)]),
      );
      const kept = new Map<string, string>();
      for (const [key, value] of history.flat()) {
        if (value === undefined) kept.delete(key.toString('latin1'));
        else kept.set(key.toString('latin1'), value.toString('latin1'));
      }
      const uncommitted: TwomChange[] = [[Buffer.from([2]), Buffer.from('x')]];
      for (const db of [
        open(encodeTwom(history)),
        open(encodeTwom(history, { checksums: false })),
        open(encodeTwom(history, { uncommitted })),
      ]) {
        const rows = [...db.rows()].map(
          ({ key, value }) => [key.toString('latin1'), value.toString('latin1')] as const,
        );
        expect(rows).toEqual([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
        for (const [key, value] of kept) expect(db.get(Buffer.from(key, 'latin1'))?.toString('latin1')).toBe(value);
        expect(db.verify().filter(({ code }) => code !== 'db-dirty')).toEqual([]);
      }
    }),
  );
});

test.each([false, true])('a key above 65535 bytes, its length cut: %s', (shortKeyLengths) => {
  const key = Buffer.alloc(70_000, 'k');
  const file = encodeTwom([[[key, Buffer.from('1')]], [[key, Buffer.from('2')]]], { shortKeyLengths });
  const db = open(file);
  expect(db.verify()).toEqual([]);
  expect([...db.rows()].map((row) => [row.key.equals(key), row.value.toString()])).toEqual([[true, '2']]);
  expect(db.get(key)?.toString()).toBe('2');
});

describe('damage is told', () => {
  const FIRST = 0x170;
  /** Head bytes of the record at an offset, with its checksum made good again. */
  const patch = (change: (file: Buffer) => void, at?: number, headLength?: number): Buffer => {
    const file = encodeTwom(HISTORY);
    change(file);
    if (at === 0) file.writeUInt32LE(xxh3Low32(file.subarray(0, 92)), 92);
    else if (at !== undefined) file.writeUInt32LE(xxh3Low32(file.subarray(at, at + headLength!)), at + headLength!);
    return file;
  };
  test.each<[string, Buffer, string]>([
    ['magic', patch((f) => f.writeUInt8(0, 0)), 'db-magic'],
    ['version', patch((f) => f.writeUInt32LE(2, 32), 0), 'db-version'],
    ['a foreign order of keys', patch((f) => f.writeUInt32LE(0x50000000, 36), 0), 'db-version'],
    ['header checksum', patch((f) => f.writeUInt8(9, 40)), 'db-header-crc'],
    ['cut', patch(() => undefined).subarray(0, 600), 'db-truncated'],
    ['count', patch((f) => f.writeUInt8(9, 48), 0), 'db-count'],
    ['commits', patch((f) => f.writeUInt8(9, 56), 0), 'db-count'],
    ['dirty size', patch((f) => f.writeUInt8(9, 64), 0), 'db-count'],
    ['maxlevel', patch((f) => f.writeUInt8(0, 88), 0), 'db-record-shape'],
    ['head', patch((f) => f.writeUInt8(9, FIRST + 8)), 'db-record-crc'],
    ['tail', patch((f) => f.writeUInt8(9, FIRST + 32)), 'db-record-crc'],
    ['type', patch((f) => f.writeUInt8(9, FIRST), FIRST, 24), 'db-record-shape'],
    ['link into a record', patch((f) => f.writeUInt8(0x78, 96 + 8), 96, 264), 'db-record-shape'],
    ['upper link left out', patch((f) => f.writeBigUInt64LE(0n, 96 + 24), 96, 264), 'db-link'],
  ])('%s', (_, file, code) => {
    const { db, faults } = openTwom(bufferSource(file), 'f');
    expect((db?.verify() ?? faults).map((fault) => fault.code)).toContain(code);
  });
});
