import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSyncLog } from '../../../src/formats/sync-log/sync-log.js';

const parse = (text: string) => parseSyncLog(Buffer.from(text, 'latin1'), 'log');

// Lines of real logs of 2.4.20, 3.6.1 and 3.8.7.
test.each<[string, string, string[]]>([
  ['MAILBOX user.alice', 'MAILBOX', ['user.alice']],
  ['MAILBOX "user.alice.a b"', 'MAILBOX', ['user.alice.a b']],
  ['MAILBOX "user.alice.par(en)"', 'MAILBOX', ['user.alice.par(en)']],
  ["MAILBOX user.alice.it's", 'MAILBOX', ["user.alice.it's"]],
  ['MAILBOX user.alice.tilde~', 'MAILBOX', ['user.alice.tilde~']],
  ['RENAME user.alice.Foo "user.alice.Bar baz"', 'RENAME', ['user.alice.Foo', 'user.alice.Bar baz']],
  ['SEEN 1num n53pkdt036koex5yk5mm3ad2', 'SEEN', ['1num', 'n53pkdt036koex5yk5mm3ad2']],
  ['ANNOTATION ""', 'ANNOTATION', ['']],
  ['QUOTA example.com!user.carol', 'QUOTA', ['example.com!user.carol']],
  ['MAILBOX "user.a.\\"q\\" \\\\ \\{x\\}"', 'MAILBOX', ['user.a."q" \\ {x}']],
  ['mailbox user.a\r', 'MAILBOX', ['user.a']],
  ['FROBNICATE a b c', 'FROBNICATE', ['a', 'b', 'c']],
  ['USER', 'USER', []],
])('%j', (text, type, args) => {
  expect(parse(text + '\n')).toEqual({ value: [{ type, args, line: 1 }], faults: [] });
});

test('blank lines count but say nothing', () => {
  expect(parse('\n\r\nUSER a\n').value).toEqual([{ type: 'USER', args: ['a'], line: 3 }]);
  expect(parse('')).toEqual({ value: [], faults: [] });
});

test.each([
  'USER  a',
  ' USER a',
  'USER a ',
  'USER "a',
  'USER "a\\',
  'USER "a"b',
  'USER a"b',
  'USER {3+}',
  'USER a\0b',
  '(USER a)',
])('%j is reported and skipped', (text) => {
  const { value, faults } = parse(`USER x\n${text}\nUSER y\n`);
  expect(value?.map(({ args }) => args[0])).toEqual(['x', 'y']);
  expect(faults).toMatchObject([{ code: 'sync-log-line', file: 'log', offset: 7 }]);
});

test('a last line without LF is what a crash left', () => {
  expect(parse('USER x\nMAILBOX user.al')).toEqual({
    value: [{ type: 'USER', args: ['x'], line: 1 }],
    faults: [{ code: 'sync-log-partial-line', file: 'log', offset: 7, actual: '"MAILBOX user.al"' }],
  });
});

test('a file of garbage gives a bounded number of faults', () => {
  expect(parse('(\n'.repeat(10_000)).faults).toHaveLength(100);
});

test('reads back quoted names', () => {
  const quote = (name: string) =>
    name === '' || /[ \t()\\"{}]/.test(name) ? `"${name.replace(/[\\"{}]/g, '\\$&')}"` : name;
  const name = fc.string({
    unit: fc.constantFrom('a', '.', ' ', '\t', '(', ')', '\\', '"', '{', '}', '&', 'ä'),
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (args) => {
      const text = `MAILBOX ${args.map(quote).join(' ')}\n`;
      expect(parseSyncLog(Buffer.from(text, 'utf8'), 'log')).toEqual({
        value: [{ type: 'MAILBOX', args, line: 1 }],
        faults: [],
      });
    }),
  );
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (b) => void parseSyncLog(Buffer.from(b), 'log')));
});
