import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyKey } from '../../../src/formats/mboxlist/key.js';

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
  ['UGstaff\x1ebob', { kind: 'group' }],
  ['$RACL', { kind: 'older-generation' }],
  ['$RACL$U$bob$user.alice', { kind: 'older-generation' }],
  ['$RUNQ', { kind: 'older-generation' }],
  ['user.alice', { kind: 'older-generation' }],
  ['example.com!user.carol', { kind: 'older-generation' }],
  ['DELETED.user.alice.Doomed.6B010B86', { kind: 'older-generation' }],
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

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (key) => void classifyKey(Buffer.from(key))));
});
