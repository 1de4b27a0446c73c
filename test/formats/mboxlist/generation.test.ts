import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listForm } from '../../../src/formats/mboxlist/generation.js';

const rows = (...pairs: (readonly [key: string, value: string])[]) =>
  pairs.map(([key, value]) => ({ key: Buffer.from(key, 'latin1'), value: Buffer.from(value, 'latin1') }));

const TYPED = '%(T e I u1 P p A %())';
const OLD = '%(I u1 P p A %(anyone lr))';

test.each<[string, 'typed' | 'plain' | undefined, ReturnType<typeof rows>]>([
  ['no row', undefined, []],
  ['a marker of reverse ACLs', 'typed', rows(['AS\x1e', ''])],
  ['a row by uniqueid', 'typed', rows(['Iu1', '%(T e N "user\x1fa" P p)'])],
  ['a row by name', 'typed', rows(['Nuser\x1fa', TYPED])],
  ['a shared mailbox of 3.6', 'typed', rows(['Nshared', TYPED])],
  ['a tombstone without a kind that tells', 'typed', rows(['Nshared', '%(T c I u1)'])],
  ['groups and jmapids of 3.12 and 3.13', 'typed', rows(['Ja\x1eP1', '%(N a I b)'], ['UGa\x1egroup:b', ''])],
  ['text values', 'plain', rows(['user.a', '0 p a\tlr\t'])],
  ['dlist values', 'plain', rows(['user.a', OLD])],
  ['reverse ACLs of 3.0', 'plain', rows(['$RACL', ''], ['$RACL$U$a$user.b', ''])],
  // Names that begin as typed keys do.
  ['Archive', 'plain', rows(['Archive', OLD])],
  ['Junk', 'plain', rows(['Junk', '0 p a\tlr\t'])],
  ['Notes', 'plain', rows(['Notes', OLD])],
  ['Notes, as text', 'plain', rows(['Notes', '0 p a\tlr\t'])],
  ['Incoming', 'plain', rows(['Incoming', OLD])],
  ['Users', 'plain', rows(['Users', OLD])],
  // One damaged row does not turn a list.
  ['a bad key in a typed list', 'typed', rows(['\x01x', ''], ['Iu1', '%(T e N a)'], ['Na\x1fb', TYPED])],
  ['a bad key in a plain list', 'plain', rows(['AS\x1e', ''], ['user.a', OLD], ['user.b', OLD])],
])('%s: %s', (_, form, list) => {
  expect(listForm(list)).toBe(form);
});

test('a long list is not read to its end', () => {
  let read = 0;
  function* names() {
    for (let i = 0; i < 10_000; i++) {
      read++;
      yield* rows([`user.u${i}`, OLD]);
    }
  }
  expect(listForm(names())).toBe('plain');
  expect(read).toBeLessThan(100);
});

test('takes any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b));
  fc.assert(fc.property(fc.array(fc.record({ key: bytes, value: bytes }), { maxLength: 4 }), (l) => void listForm(l)));
});
