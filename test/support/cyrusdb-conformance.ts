import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { rowsWithPrefix, type CyrusDb } from '../../src/formats/cyrusdb/cyrusdb.js';
import { openCyrusDb, type CyrusDbFormat } from '../../src/formats/cyrusdb/open-cyrusdb.js';

export type Row = readonly [key: Buffer, value: Buffer];

/** What the suite must know of a backend. */
export interface Backend {
  readonly format: CyrusDbFormat;
  /** A healthy file of these rows, which are in raw order of their keys. */
  readonly encode: (rows: readonly Row[]) => Buffer;
  /** The file that a writer leaves which is killed while it adds `uncommitted`; none for a format without such states. */
  readonly encodeCrashed?: (rows: readonly Row[], uncommitted: readonly Row[]) => Buffer;
  /** Records begin at multiples of this. */
  readonly alignment: 4 | 8 | 1;
}

const KEYS = [
  'a',
  'a\0',
  'a\0b',
  'a.b',
  'ab',
  'b\x1fc',
  'b\x7f',
  'c\n',
  'c\r',
  'c\t',
  '\xfe\xff',
  '\xff',
  '\xff\xff\x00',
];
const ODD: readonly Row[] = KEYS.map((key, i): Row => [
  Buffer.from(key, 'latin1'),
  Buffer.from([i, 0, 0xff, 10, 9, 13]),
]).sort(([a], [b]) => a.compare(b));

const key = (i: number): Buffer => Buffer.from(`user.u${String(i).padStart(5, '0')}`);
const MANY: readonly Row[] = Array.from({ length: 500 }, (_, i) => [key(2 * i), Buffer.from(`value ${i}`)] as const);

/** The rows of a file; those of an empty flat file, which has no bytes, are none. */
const open = (bytes: Buffer): CyrusDb | undefined => openCyrusDb(bufferSource(bytes), 'f').db;
const rowsOf = (db: CyrusDb | undefined, from?: Buffer): [Buffer, Buffer][] =>
  [...(db?.rows(from) ?? [])].map(({ key: k, value }) => [Buffer.from(k), Buffer.from(value)]);

/** What every backend does alike. */
export function describeConformance({ format, encode, encodeCrashed, alignment }: Backend): void {
  describe(`${format} keeps what every database keeps`, () => {
    test.each<[string, readonly Row[]]>([
      ['no row', []],
      ['one row', [[Buffer.from('k'), Buffer.from('v')]]],
      ['an empty value', [[Buffer.from('k'), Buffer.alloc(0)]]],
      ['odd bytes', ODD],
      ['many rows', MANY],
      [
        'a value of 200 KiB',
        [
          [Buffer.from('k'), Buffer.alloc(200 * 1024, 'v')],
          [Buffer.from('l'), Buffer.from('1')],
        ],
      ],
    ])('%s', (_, rows) => {
      const bytes = encode(rows);
      const db = open(bytes);
      expect(rowsOf(db)).toEqual(rows);
      expect(db?.verify() ?? []).toEqual([]);
      expect(db?.count ?? 0).toBe(rows.length);
      if (bytes.length > 0) expect(db?.format).toBe(format);
      for (const [k, value] of rows) expect(db?.get(k)).toEqual(value);
    });

    test('an absent key is not found, and a start between keys is at the next', () => {
      const db = open(encode(MANY))!;
      for (const i of [-1, 1, 499, 501, 997, 999, 1001]) {
        const absent = i < 0 ? Buffer.from('a') : key(i);
        expect(db.get(absent)).toBeUndefined();
        expect(rowsOf(db, absent)).toEqual(MANY.filter(([k]) => k.compare(absent) >= 0));
      }
      expect(db.get(Buffer.alloc(0))).toBeUndefined();
      expect(db.get(Buffer.from('user.u0000'))).toBeUndefined();
    });

    test('a prefix gives its rows', () => {
      const db = open(encode(MANY))!;
      const prefix = Buffer.from('user.u0012');
      expect([...rowsWithPrefix(db, prefix)].map((row) => row.key.toString())).toEqual(
        [0, 2, 4, 6, 8].map((i) => `user.u0012${i}`),
      );
      expect([...rowsWithPrefix(db, Buffer.from('x'))]).toEqual([]);
    });

    test('any rows come back', () => {
      const rowArb = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.uint8Array({ maxLength: 40 }));
      fc.assert(
        fc.property(fc.uniqueArray(rowArb, { selector: ([k]) => Buffer.from(k).toString('latin1') }), (arb) => {
          const rows = arb
            .map(([k, value]): Row => [Buffer.from(k), Buffer.from(value)])
            .sort(([a], [b]) => a.compare(b));
          const db = open(encode(rows));
          expect(rowsOf(db)).toEqual(rows);
          expect(db?.verify() ?? []).toEqual([]);
          for (const [k, value] of rows) expect(db?.get(k)).toEqual(value);
        }),
      );
    });

    test('a file cut anywhere says so or is what was written up to there, and nothing throws', () => {
      const rows = MANY.slice(0, 12);
      const bytes = encode(rows).subarray(0, 4096);
      for (let length = 0; length < bytes.length; length += alignment) {
        const opened = openCyrusDb(bufferSource(bytes.subarray(0, length)), 'f');
        const kept = rowsOf(opened.db);
        for (const [k, value] of kept) expect(rows.some((row) => row[0].equals(k) && row[1].equals(value))).toBe(true);
        for (const [k] of rows) opened.db?.get(k);
        opened.db?.verify();
      }
    });

    test('a flipped bit anywhere gives rows or faults', () => {
      const bytes = encode(ODD);
      for (let at = 0; at < Math.min(bytes.length, 2048); at++) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at % 8);
        const { db } = openCyrusDb(bufferSource(flipped), 'f');
        rowsOf(db);
        for (const [k] of ODD) db?.get(k);
        db?.verify();
      }
    });

    test.skipIf(encodeCrashed === undefined)('what was never committed is not there', () => {
      const added = [1, 3, 500, 501, 2000].map((i): Row => [key(i), Buffer.from('uncommitted')]);
      const replaced: Row[] = [[key(4), Buffer.from('uncommitted')]];
      for (const uncommitted of [added, ...(format === 'twoskip' ? [] : [replaced])]) {
        const db = open(encodeCrashed!(MANY, uncommitted))!;
        expect(rowsOf(db)).toEqual(MANY);
        for (const [k, value] of MANY) expect(db.get(k)).toEqual(value);
        for (const [k] of added) expect(db.get(k)).toEqual(MANY.find((row) => row[0].equals(k))?.[1]);
        const codes = db.verify().map(({ code }) => code);
        expect(codes.length).toBeGreaterThan(0);
        for (const code of codes) expect(['db-dirty', 'db-trailing-bytes']).toContain(code);
      }
    });
  });
}
