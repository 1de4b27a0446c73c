import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainValue, readToml, type TomlTable } from '../../src/config/toml-tree.js';

const tree = (text: string): TomlTable => {
  const read = readToml(text);
  if ('message' in read) throw new Error(read.message);
  return read;
};

describe('values', () => {
  test.each<[string, unknown]>([
    ['a = 1\nb = "x"\nc = true\nd = 1.5', { a: 1, b: 'x', c: true, d: 1.5 }],
    ['a = [1,\n  "b", [true]]', { a: [1, 'b', [true]] }],
    ['[a.b]\nc = 1\n[a]\nd = { e = 2, f.g = 3 }', { a: { b: { c: 1 }, d: { e: 2, f: { g: 3 } } } }],
    ['[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3', { a: [{ b: 1 }, { b: 2, c: { d: 3 } }] }],
    ['a.b = 1\na."c d" = 2', { a: { b: 1, 'c d': 2 } }],
    ['a = 2026-11-20\nb = 2026-11-20T04:00:00Z', { a: '2026-11-20', b: '2026-11-20T04:00:00Z' }],
    ['[empty]', { empty: {} }],
    ['', {}],
  ])('%j', (text, expected) => {
    expect(JSON.parse(JSON.stringify(plainValue(tree(text))))).toEqual(expected);
  });

  test('no key reaches a prototype', () => {
    const plain = plainValue(tree('[__proto__]\npolluted = 1\n[constructor.prototype]\npolluted = 1')) as object;
    expect(Object.keys(plain)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test('every key and value has its place', () => {
  const { entries } = tree('# head\n[side.main]\n  source = "x"\nroot = [ "a",\n "b" ]');
  expect(entries.get('side')!.at).toEqual({ line: 2, column: 2 });
  const main = (entries.get('side')!.node as TomlTable).entries.get('main')!;
  expect(main.at).toEqual({ line: 2, column: 7 });
  const { source, root } = Object.fromEntries((main.node as TomlTable).entries);
  expect([source!.at, source!.node.at]).toEqual([
    { line: 3, column: 3 },
    { line: 3, column: 12 },
  ]);
  expect(root!.node.kind === 'array' && root!.node.items.map(({ at }) => at)).toEqual([
    { line: 4, column: 10 },
    { line: 5, column: 2 },
  ]);
});

test.each<[string, number, number]>([
  ['a = 1\nb = "x\n', 2, 7],
  ['a = 1\na = 2', 2, 1],
  ['a = 1\n[a]\nb = 1', 2, 2],
  ['[a]\n[a]', 2, 2],
  ['a = 1\n[a.b', 2, 5],
  ['a = [[a]]', 1, 7],
  ['[[a]]\n[a]', 2, 2],
  ['a.b = 1\na = 2', 2, 1],
])('%j is refused at line %d, column %d', (text, line, column) => {
  expect(readToml(text)).toEqual({ line, column, message: expect.stringMatching(/^not TOML: [A-Z]/) as string });
});

test.each([
  ['brackets', `a = ${'['.repeat(100_000)}`],
  ['a key', `a${'.a'.repeat(10_000)} = 1`],
  ['a header', `[a${'.a'.repeat(10_000)}]`],
])('%s without end', (_, text) => {
  expect(readToml(text)).toMatchObject({ message: expect.stringMatching(/^not TOML/) as string });
});

test('no text throws', () => {
  const word = fc.constantFrom(
    'a',
    '.',
    '=',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '"""',
    '#',
    '\n',
    ' ',
    '1',
    'true',
    ',',
    '\\',
    'é',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join('')),
      ),
      (text) => {
        const read = readToml(text);
        if (!('message' in read)) plainValue(read);
      },
    ),
    { numRuns: 2000 },
  );
});
