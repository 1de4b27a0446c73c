import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyKey, classifyPlainKey } from '../../../src/formats/mboxlist/key.js';

const classify = (key: string) => classifyKey(Buffer.from(key, 'latin1'));

test.each([
  ['Nuser\x1falice', { kind: 'name', mboxname: 'user.alice', dbname: Buffer.from('user\x1falice') }],
  ['I0vkedpl7tdlyx7dli7zwebho', { kind: 'uniqueid', uniqueid: '0vkedpl7tdlyx7dli7zwebho' }],
  ['Ic0cbc0ef-d323-4d70-8a08-1e8363cc4cfb', { kind: 'uniqueid', uniqueid: 'c0cbc0ef-d323-4d70-8a08-1e8363cc4cfb' }],
  ['AS\x1e', { kind: 'acl', scope: 'shared' }],
  [
    'AU\x1ebob\x1euser\x1falice\x1fWork',
    { kind: 'acl', scope: 'user', identifier: 'bob', mboxname: 'user.alice.Work' },
  ],
  ['AS\x1eanyone\x1eshared', { kind: 'acl', scope: 'shared', identifier: 'anyone', mboxname: 'shared' }],
  ['Jalice\x1eA1', { kind: 'jmapid', userid: 'alice', jmapid: 'A1' }],
  ['J\x1eA1', { kind: 'jmapid', userid: '', jmapid: 'A1' }],
  ['UGbob\x1egroup:staff', { kind: 'usergroup', name: 'bob', related: 'group:staff' }],
  ['UGbob', { kind: 'unknown' }],
  ['$RACL', { kind: 'unknown' }],
  ['', { kind: 'unknown' }],
  ['N', { kind: 'unknown' }],
  ['I', { kind: 'unknown' }],
  ['I../../etc', { kind: 'unknown' }],
  ['AU\x1ebob', { kind: 'unknown' }],
  ['AX\x1e', { kind: 'unknown' }],
  ['J', { kind: 'unknown' }],
  ['U', { kind: 'unknown' }],
  ['shared', { kind: 'unknown' }],
])('%j', (key, expected) => {
  expect(classify(key)).toEqual(expected);
});

test.each([
  ['user.alice', { kind: 'name', mboxname: 'user.alice' }],
  ['Notes', { kind: 'name', mboxname: 'Notes' }],
  ['example.com!user.carol', { kind: 'name', mboxname: 'example.com!user.carol' }],
  ['$RACL', { kind: 'acl' }],
  ['$RACL$U$bob$user.alice', { kind: 'acl', scope: 'user', identifier: 'bob', mboxname: 'user.alice' }],
  ['$RACL$S$anyone$a$b', { kind: 'acl', scope: 'shared', identifier: 'anyone', mboxname: 'a$b' }],
  ['$RUNQ', { kind: 'uniqueid' }],
  ['$RUNQ$2a3b$user.alice', { kind: 'uniqueid', uniqueid: '2a3b', mboxname: 'user.alice' }],
  ['$RACL$X$bob$user.alice', { kind: 'unknown' }],
  ['$', { kind: 'unknown' }],
  ['', { kind: 'unknown' }],
])('in a list of 2.2 to 3.5: %j', (key, expected) => {
  expect(classifyPlainKey(Buffer.from(key, 'latin1'))).toEqual(expected);
});

test('takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
      classifyKey(Buffer.from(key));
      classifyPlainKey(Buffer.from(key));
    }),
  );
});
