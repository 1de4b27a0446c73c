import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { openFlat } from '../../../src/formats/cyrusdb/flat/flat-db.js';
import { scanFlat } from '../../../src/formats/cyrusdb/flat/scan-flat.js';
import type { FormatFault } from '../../../src/model/fault.js';

const open = (bytes: Uint8Array) => openFlat(bufferSource(Buffer.from(bytes)), 'f');
const parse = (text: string) => {
  const db = open(Buffer.from(text, 'latin1'));
  const rows = [...db.rows()].map(({ key, value }) => [key.toString('latin1'), value.toString('latin1')]);
  return { rows, faults: db.faults };
};

test.each<[string, string, [string, string][]]>([
  ['empty', '', []],
  // Real sub.db of 3.6.1 and sub file of 2.4.20: the order of the latter is that of the mailbox names.
  [
    '3.6.1',
    '\x1fVER\x1f\t2\nNINBOX\t\nNshared\t\n',
    [
      ['\x1fVER\x1f', '2'],
      ['NINBOX', ''],
      ['Nshared', ''],
    ],
  ],
  [
    '2.4.20',
    'user.alice\t\nuser.alice.Work\t\nuser.alice.a b\t\n',
    [
      ['user.alice', ''],
      ['user.alice.Work', ''],
      ['user.alice.a b', ''],
    ],
  ],
  ['seen', '19efe4006b010a37\t1 1795230272 3 1795230271 2\n', [['19efe4006b010a37', '1 1795230272 3 1795230271 2']]],
  ['escapes', 'a\xff\x80b\t\xff\x89\xff\x8a\xff\x8d\xff\xff\n', [['a\0b', '\t\n\r\xff']]],
  ['a TAB in a value', 'a\tb\tc\n', [['a', 'b\tc']]],
  [
    'mailbox order',
    'a\t1\na.b\t2\na b\t3\n',
    [
      ['a', '1'],
      ['a b', '3'],
      ['a.b', '2'],
    ],
  ],
  [
    'raw order',
    'a b\t3\na.b\t2\n',
    [
      ['a b', '3'],
      ['a.b', '2'],
    ],
  ],
])('%s', (_, text, rows) => {
  expect(parse(text)).toEqual({ rows, faults: [] });
});

test.each([
  ['a\t1\nb', 4, 'db-truncated', 1],
  ['a\t1\nb\n', 4, 'db-record-shape', 1],
  ['\t1\n', 0, 'db-record-shape', 0],
  ['a\t1\xff\n', 0, 'db-record-shape', 1],
  ['a\t1\na\t2\n', 4, 'db-order', 1],
  ['b\t1\na\t2\n', 4, 'db-order', 2],
  // Each pair alone fits an order, all together fit none.
  ['a b\t1\na.b\t2\na b\t3\n', 12, 'db-order', 2],
])('%j', (text, offset, code, count) => {
  const { rows, faults } = parse(text);
  expect(faults).toMatchObject([{ code, file: 'f', offset }]);
  expect(rows).toHaveLength(count);
});

test('the first of two equal keys wins', () => {
  expect(parse('a\t1\na\t2\n').rows).toEqual([['a', '1']]);
  expect(parse('b\t1\na\t2\nb\t3\na\t4\n').rows).toEqual([
    ['a', '2'],
    ['b', '1'],
  ]);
});

test('a scan gives the rows as the file has them, with the place of each', () => {
  const faults: FormatFault[] = [];
  const rows = [...scanFlat(bufferSource(Buffer.from('b\t1\nx\na\t2\n')), 'f', faults)];
  expect(rows.map(({ offset, key, value }) => [offset, key.toString(), value.toString()])).toEqual([
    [0, 'b', '1'],
    [6, 'a', '2'],
  ]);
  expect(faults.map(({ code, offset }) => [code, offset])).toEqual([
    ['db-record-shape', 4],
    ['db-order', 6],
  ]);
});

test('reads back every key and value', () => {
  const encode = (bytes: Uint8Array) =>
    Buffer.from(
      Array.from(bytes).flatMap((b) => (b === 0xff ? [b, b] : [0, 9, 10, 13].includes(b) ? [0xff, 0x80 | b] : [b])),
    );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (key, value) => {
      const file = Buffer.concat([encode(key), Buffer.from('\t'), encode(value), Buffer.from('\n')]);
      const db = open(file);
      expect([...db.rows()]).toEqual([{ key: Buffer.from(key), value: Buffer.from(value) }]);
      expect(db.get(Buffer.from(key))).toEqual(Buffer.from(value));
      expect(db.faults).toEqual([]);
    }),
  );
});

test('takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (b) => {
      const db = open(b);
      expect([...db.rows()]).toHaveLength(db.count);
    }),
  );
});
