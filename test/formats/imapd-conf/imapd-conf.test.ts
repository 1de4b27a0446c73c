import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseImapdConf } from '../../../src/formats/imapd-conf/imapd-conf.js';

const missing = (path: string) => new Error(`no ${path}`);
const parse = (text: string, files: Record<string, string> = {}) =>
  parseImapdConf(text, '/etc/imapd.conf', (path) => files[path] ?? missing(path));
const entries = (text: string, files?: Record<string, string>) => Object.fromEntries(parse(text, files).options);
const messages = (text: string, files?: Record<string, string>) =>
  parse(text, files).problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);

describe('lines', () => {
  test.each<[string, string, Record<string, string>]>([
    ['white space around', '  \tadmins:  cyrus  root \t\r\n', { admins: 'cyrus  root' }],
    ['comments and empty lines', '# x: y\n\n   # a: b\nc: d # e\n', { c: 'd # e' }],
    ['upper case names', 'HashImapSpool: Yes\n', { hashimapspool: 'Yes' }],
    ['no final LF', 'a: 1\nb: 2', { a: '1', b: '2' }],
    ['continuation', 'admins: a\\\n b\\\nc\nx: 1\n', { admins: 'a bc', x: '1' }],
    ['a backslash at the very end', 'a: 1\\', { a: '1\\' }],
    ['no space after the colon', 'partition-p2:/var:x\n', { 'partition-p2': '/var:x' }],
    ['an upper case partition', 'partition-P2: /x\n', { 'partition-p2': '/x' }],
  ])('%s', (_, text, expected) => {
    expect(entries(text)).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ['admins : x\nb: 1\n', ['/etc/imapd.conf:1: invalid option name: admins : x']],
    ['a: 1\nb:\n', ['/etc/imapd.conf:2: option b has no value']],
    ['a: 1\n\na: 2\n', ['/etc/imapd.conf:3: option a is given twice']],
    ['partition-x: 1\npartition-X: 2\n', ['/etc/imapd.conf:2: option partition-x is given twice']],
    ['@foo: x\n', ['/etc/imapd.conf:1: invalid directive @foo']],
    ['fulldirhash: perhaps\n', ['/etc/imapd.conf:1: fulldirhash is not a switch value: perhaps']],
    ['a: 1\\\n', ['/etc/imapd.conf:1: the file ends in a continued line, which Cyrus drops']],
    ['a: 1\\\nb\nc d\n', ['/etc/imapd.conf:3: invalid option name: c d']],
  ])('%j has problems', (text, expected) => {
    expect(messages(text)).toEqual(expected);
  });

  test('the first of two values stays', () => {
    expect(entries('a: 1\na: 2\n')).toEqual({ a: '1' });
  });
});

describe('@include', () => {
  test('reads in place, relative to the including file', () => {
    const files = { '/etc/d/one.conf': 'b: 2\n@include: two.conf\n', '/etc/d/two.conf': 'c: 3\n', '/abs': 'd: 4\n' };
    expect(entries('a: 1\n@include: d/one.conf\n@include: /abs\ne: 5\n', files)).toEqual({
      a: '1',
      b: '2',
      c: '3',
      d: '4',
      e: '5',
    });
  });

  test('names the file of a problem', () => {
    expect(messages('a: 1\n@include: x\n', { '/etc/x': '\na: 2\n' })).toEqual(['/etc/x:2: option a is given twice']);
  });

  test('refuses a file that was read already, the first one included', () => {
    expect(messages('@include: x\n@include: ./x\n', { '/etc/x': 'a: 1\n' })).toEqual([
      '/etc/imapd.conf:2: /etc/x is included twice',
    ]);
    expect(messages('@include: imapd.conf\n')).toEqual(['/etc/imapd.conf:1: /etc/imapd.conf is included twice']);
  });

  test('ends when every file includes another one', () => {
    let n = 0;
    const conf = parseImapdConf('@include: f\n', '/etc/imapd.conf', () => `@include: f${String((n += 1))}\n`);
    expect(conf.problems).toHaveLength(1);
    expect(n).toBe(32);
  });

  test('reports a file that cannot be read', () => {
    expect(messages('@include: x\n')).toEqual(['/etc/imapd.conf:1: cannot read /etc/x: no /etc/x']);
  });
});

describe('look-ups', () => {
  const conf = parse('sync_log: yes\nimap_sync_log: off\nx: maybe\nsync_log_channels: "" squatter\nOn: on\n');

  test('a service sees its own value first', () => {
    expect(conf.get('sync_log')).toBe('yes');
    expect(conf.get('SYNC_LOG', 'imap')).toBe('off');
    expect(conf.get('sync_log', 'lmtp')).toBe('yes');
    expect(conf.get('none')).toBeUndefined();
  });

  test('switches', () => {
    expect(conf.isOn('sync_log', false)).toBe(true);
    expect(conf.isOn('sync_log', true, 'imap')).toBe(false);
    expect([conf.isOn('x', true), conf.isOn('x', false)]).toEqual([true, false]);
    expect([conf.isOn('none', true), conf.isOn('none', false)]).toEqual([true, false]);
    expect(conf.isOn('on', false)).toBe(true);
  });

  test('lists', () => {
    expect(conf.list('sync_log_channels')).toEqual(['""', 'squatter']);
    expect(conf.list('none')).toEqual([]);
  });
});

test('of many problems the first are told', () => {
  expect(messages('x\n'.repeat(5000))).toHaveLength(100);
  expect(messages('x\n'.repeat(5000))[0]).toBe('/etc/imapd.conf:1: invalid option name: x');
});

test('takes any text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ':', '\\', '\n', ' ', '@', '#', '-', 'include'), maxLength: 60 });
  fc.assert(fc.property(text, (content) => void parseImapdConf(content, 'f', () => content)));
});
