import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asBytes,
  asKvPairs,
  asList,
  asNumber,
  asString,
  kvGet,
  parseDlist,
  type DlistItem,
} from '../../../src/formats/dlist/dlist.js';

const parse = (text: string) => parseDlist(Buffer.from(text, 'latin1'), 'f');

/** The item as plain values: strings, arrays, [key, value] pairs below `kv`, null. */
function plain(item: DlistItem | undefined): unknown {
  switch (item?.kind) {
    case 'atom':
      return item.bytes.toString('latin1');
    case 'list':
      return item.items.map(plain);
    case 'kvlist':
      return { kv: item.pairs.map(({ key, value }) => [key, plain(value)]) };
    case 'nil':
      return null;
    case undefined:
      return undefined;
  }
}

describe('parseDlist', () => {
  test.each<[string, unknown]>([
    ['abc', 'abc'],
    ['NIL', null],
    ['"NIL"', 'NIL'],
    ['nil', 'nil'],
    ['""', ''],
    ['"a \\"b\\\\ )("', 'a "b\\ )('],
    ['{7}\r\n\\Drafts', '\\Drafts'],
    ['{3+}\r\n) (', ') ('],
    ['{0+}\r\n', ''],
    ['()', []],
    ['(a NIL "b c" (d))', ['a', null, 'b c', ['d']]],
    ['($Label1 $Label2)', ['$Label1', '$Label2']],
    ['%()', { kv: [] }],
    [
      '%(A %(alice lrs) H ())',
      {
        kv: [
          ['A', { kv: [['alice', 'lrs']] }],
          ['H', []],
        ],
      },
    ],
    [
      '%("a b" 1 {3}\r\nx y z)',
      {
        kv: [
          ['a b', '1'],
          ['x y', 'z'],
        ],
      },
    ],
    // Cyrus quotes a dbname only when it holds a space or a GS: bare US bytes belong to the atom.
    [
      '%(N user\x1falice\x1fDown10 P default)',
      {
        kv: [
          ['N', 'user\x1falice\x1fDown10'],
          ['P', 'default'],
        ],
      },
    ],
    // Real value of a quota file, and of a cyrus.header with its LF.
    [
      '%(S (5774 100000) M (27 1000) AS (114 500) NF (6 50) MODSEQ 83)\n',
      {
        kv: [
          ['S', ['5774', '100000']],
          ['M', ['27', '1000']],
          ['AS', ['114', '500']],
          ['NF', ['6', '50']],
          ['MODSEQ', '83'],
        ],
      },
    ],
  ])('reads %j', (text, expected) => {
    const { value, faults } = parse(text);
    expect(faults).toEqual([]);
    expect(plain(value)).toEqual(expected);
  });

  test.each<[string, number]>([
    ['', 0],
    ['(a', 2],
    ['%(a', 3],
    ['%(a )', 4],
    ['%{x y 1}\r\n', 1],
    ['"abc', 0],
    ['"abc\\', 0],
    ['{9}\r\nabc', 0],
    ['{99999999999999999999999}\r\nabc', 0],
    ['{}\r\n', 1],
    ['{2}ab', 3],
    ['("a"b)', 4],
    ['(a(b))', 2],
    [')', 0],
  ])('reports %j at offset %i', (text, offset) => {
    const { value, faults } = parse(text);
    expect(value).toBeUndefined();
    expect(faults).toMatchObject([{ code: 'mbentry-syntax', file: 'f', offset }]);
  });

  test('returns an item together with the fault about the bytes behind it', () => {
    const { value, faults } = parse('(a) b');
    expect(plain(value)).toEqual(['a']);
    expect(faults).toMatchObject([{ offset: 4, actual: '"b"' }]);
  });

  test('stops at a nesting that no Cyrus writes', () => {
    expect(parse('('.repeat(64) + ')'.repeat(64)).faults).toEqual([]);
    expect(parse('('.repeat(100_000)).faults).toMatchObject([{ offset: 65 }]);
  });

  test('starts at the given offset and reports the given code', () => {
    expect(plain(parseDlist(Buffer.from('xx(a)'), 'f', 2).value)).toEqual(['a']);
    expect(parseDlist(Buffer.from('xx'), 'f', 2, 'header-syntax').faults).toMatchObject([
      { code: 'header-syntax', offset: 2 },
    ]);
    expect(parseDlist(Buffer.from('xx'), 'f', 9).value).toBeUndefined();
  });

  test('takes any bytes', () => {
    const grammar = fc.string({
      unit: fc.constantFrom('(', ')', '%', '{', '}', '"', '\\', ' ', '1', 'a', '\r\n'),
      maxLength: 60,
    });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseDlist(Buffer.from(bytes), 'f')));
    fc.assert(fc.property(grammar, (text) => void parse(text)));
  });

  test('reads back what it is given, in each spelling', () => {
    const itemArb = fc.letrec<{ item: unknown }>((tie) => ({
      item: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.string({ unit: 'binary-ascii', maxLength: 8 }),
        fc.array(tie('item'), { maxLength: 4 }),
        fc.record({ kv: fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 4 }), tie('item')), { maxLength: 4 }) }),
      ),
    })).item;
    const string = (text: string) =>
      /^[\x21-\x7e]+$/.test(text) && !/[{()"%*\\]/.test(text) && text !== 'NIL'
        ? text
        : /^[^\0\r\n\x80-\xff"%\\]*$/.test(text)
          ? `"${text}"`
          : `{${Buffer.byteLength(text, 'latin1')}+}\r\n${text}`;
    const write = (item: unknown): string => {
      if (item === null) return 'NIL';
      if (typeof item === 'string') return string(item);
      if (Array.isArray(item)) return `(${item.map(write).join(' ')})`;
      const { kv } = item as { kv: [string, unknown][] };
      return `%(${kv.map(([key, value]) => `${string(key)} ${write(value)}`).join(' ')})`;
    };
    fc.assert(
      fc.property(itemArb, (item) => {
        const { value, faults } = parse(write(item));
        expect(faults).toEqual([]);
        expect(plain(value)).toEqual(item);
      }),
    );
  });
});

describe('accessors', () => {
  const item = parse('%(A 1 A 2 L (x) N NIL S "a b" B 18446744073709551615 K %(k v))').value;

  test('the first of equal keys wins', () => {
    expect(asString(kvGet(item, 'A'))).toBe('1');
  });

  test('they answer undefined for another kind', () => {
    expect(asNumber(kvGet(item, 'A'))).toBe(1);
    expect(asNumber(kvGet(item, 'S'))).toBeUndefined();
    expect(asNumber(kvGet(item, 'B'))).toBe(2 ** 64);
    expect(asString(kvGet(item, 'L'))).toBeUndefined();
    expect(asString(kvGet(item, 'N'))).toBeUndefined();
    expect(asBytes(kvGet(item, 'missing'))).toBeUndefined();
    expect(asList(kvGet(item, 'L'))).toHaveLength(1);
    expect(asList(item)).toBeUndefined();
    expect(asKvPairs(kvGet(item, 'K'))).toMatchObject([{ key: 'k' }]);
    expect(kvGet(kvGet(item, 'S'), 'x')).toBeUndefined();
  });
});
