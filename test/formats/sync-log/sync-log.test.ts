import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bufferSource } from '../../../src/bytes/byte-source.js';
import { scanSyncLog } from '../../../src/formats/sync-log/sync-log.js';
import type { FormatFault } from '../../../src/model/fault.js';

const parseBytes = (bytes: Buffer) => {
  const faults: FormatFault[] = [];
  const value = [...scanSyncLog(bufferSource(bytes), 'log', faults)];
  return { value, faults };
};
const parse = (text: string) => parseBytes(Buffer.from(text, 'latin1'));

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
  ['FROBNICATE a b', 'FROBNICATE', ['a', 'b']],
])('%j', (text, type, args) => {
  expect(parse(text + '\n')).toEqual({ value: [{ type, args, line: 1, offset: 0 }], faults: [] });
});

test('blank lines count but say nothing', () => {
  expect(parse('\n\r\nUSER a\n').value).toEqual([{ type: 'USER', args: ['a'], line: 3, offset: 3 }]);
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
  'USER',
  'SEEN fred',
  'RENAME user.a',
  'RENAME a b c',
  'FROBNICATE a b c',
])('%j is reported and skipped', (text) => {
  const { value, faults } = parse(`USER x\n${text}\nUSER y\n`);
  expect(value.map(({ args }) => args[0])).toEqual(['x', 'y']);
  expect(faults).toMatchObject([{ code: 'sync-log-line', file: 'log', offset: 7 }]);
});

test('a line that never ends is passed over without being held', () => {
  const { value, faults } = parse(`USER x\n${'x'.repeat(300_000)}\nUSER y\n`);
  expect(value.map(({ args, line }) => [args[0], line])).toEqual([
    ['x', 1],
    ['y', 3],
  ]);
  expect(faults).toMatchObject([{ code: 'sync-log-line', offset: 7 }]);
});

test('an argument too many is reported, and the line is read as readers read it', () => {
  expect(parse('UNUSER fred george\n')).toEqual({
    value: [{ type: 'UNUSER', args: ['fred'], line: 1, offset: 0 }],
    faults: [
      { code: 'sync-log-line', file: 'log', offset: 0, expected: 'UNUSER userid', actual: '"UNUSER fred george"' },
    ],
  });
});

test('a last line without LF is what a crash left', () => {
  expect(parse('USER x\nMAILBOX user.al')).toEqual({
    value: [{ type: 'USER', args: ['x'], line: 1, offset: 0 }],
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
    fc.property(fc.tuple(name, name), (args) => {
      const text = `RENAME ${args.map(quote).join(' ')}\n`;
      expect(parseBytes(Buffer.from(text, 'utf8'))).toEqual({
        value: [{ type: 'RENAME', args, line: 1, offset: 0 }],
        faults: [],
      });
    }),
  );
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (b) => void parseBytes(Buffer.from(b))));
});
