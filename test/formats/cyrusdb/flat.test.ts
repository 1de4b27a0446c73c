import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFlat } from '../../../src/formats/cyrusdb/flat/parse-flat.js';

const parse = (text: string) => {
  const { value, faults } = parseFlat(Buffer.from(text, 'latin1'), 'f');
  return { rows: value?.map(({ key, value: v }) => [key.toString('latin1'), v.toString('latin1')]), faults };
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
});

test('reads back every key and value', () => {
  const encode = (bytes: Uint8Array) =>
    Buffer.from(
      Array.from(bytes).flatMap((b) => (b === 0xff ? [b, b] : [0, 9, 10, 13].includes(b) ? [0xff, 0x80 | b] : [b])),
    );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (key, value) => {
      const file = Buffer.concat([encode(key), Buffer.from('\t'), encode(value), Buffer.from('\n')]);
      expect(parseFlat(file, 'f')).toEqual({
        value: [{ key: Buffer.from(key), value: Buffer.from(value) }],
        faults: [],
      });
    }),
  );
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (b) => void parseFlat(Buffer.from(b), 'f')));
});
