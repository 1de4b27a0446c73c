import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePlainEntry } from '../../../src/formats/mboxlist/plain-entry.js';

const parse = (value: string) => parsePlainEntry('user.a', Buffer.from(value, 'latin1'), 'f');

test.each<[string, object]>([
  ['0 default alice\tlrs\t', { partition: 'default', acl: [{ identifier: 'alice', rights: 'lrs' }] }],
  // Of a murder: the server with its partition, or alone.
  ['1 mail2!default alice\tlrs\t', { server: 'mail2', partition: 'default', mbtype: { remote: true } }],
  ['1 mail2 alice\tlrs\t', { server: 'mail2', mbtype: { remote: true } }],
  ['2 default ', { mbtype: { reserved: true } }],
  ['8 default ', { mbtype: { moving: true } }],
  ['16 default ', { mbtype: { deleted: true, kind: 'e' } }],
  ['32 default ', { mbtype: { kind: 'c' } }],
  ['64 default ', { mbtype: { kind: 'a' } }],
  ['128 default ', { mbtype: { kind: 'b' } }],
  ['256 default ', { mbtype: { intermediate: true } }],
  ['512 default ', { mbtype: { kind: 's' } }],
  ['1024 default ', { mbtype: { kind: 'p' } }],
  ['(uniqueid u1 specialuse \\Sent) 0 default ', { uniqueid: 'u1', partition: 'default' }],
  ['0 default', { partition: 'default', acl: [] }],
  ['%(I u1 P p S mail2 T rc V 7)', { uniqueid: 'u1', server: 'mail2', mbtype: { kind: 'c', remote: true } }],
])('%j', (value, expected) => {
  const { value: entry, faults } = parse(value);
  expect(faults).toEqual([]);
  expect(entry).toMatchObject({ mboxname: 'user.a', ...expected });
  expect(entry?.mbtype.legacyDirs).toBe(true);
});

test.each([
  ['', 'TYPE PARTITION ACL'],
  ['x default ', 'a type number'],
  ['(uniqueid u1 0 default ', 'a list of keys that ends'],
])('%j has no value', (value, expected) => {
  expect(parse(value)).toMatchObject({ faults: [{ code: 'mbentry-syntax', file: 'f', expected }] });
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (b) => void parsePlainEntry('x', Buffer.from(b), 'f')));
});
