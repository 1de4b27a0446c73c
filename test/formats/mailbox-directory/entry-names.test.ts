import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyEntryName } from '../../../src/formats/mailbox-directory/entry-names.js';

test.each<[string, object]>([
  ['cyrus.header', { kind: 'header' }],
  ['cyrus.index', { kind: 'index' }],
  ['cyrus.cache', { kind: 'cache' }],
  ['cyrus.annotations', { kind: 'annotations' }],
  ['cyrus.expunge', { kind: 'expunge' }],
  ['cyrus.squat', { kind: 'squat' }],
  ['cyrus.dav', { kind: 'dav' }],
  ['1.', { kind: 'message', uid: 1 }],
  ['4294967295.', { kind: 'message', uid: 4294967295 }],
  ['cyrus.index.NEW', { kind: 'leftover', of: 'cyrus.index' }],
  ['cyrus.header.NEW', { kind: 'leftover', of: 'cyrus.header' }],
  ['cyrus.cache.NEW', { kind: 'leftover', of: 'cyrus.cache', what: expect.stringContaining('generation') as string }],
  ['17.NEW', { kind: 'leftover', of: '17', uid: 17 }],
  ['17..NEW', { kind: 'leftover', of: '17.', uid: 17 }],
  ['stage.', { kind: 'staging' }],
  ['sync.', { kind: 'staging' }],
  ['cyrus.lock', { kind: 'lock' }],
  // Message files have no leading zeros, and UIDs are of 32 bits.
  ['01.', { kind: 'other' }],
  ['0.', { kind: 'other' }],
  ['4294967296.', { kind: 'other' }],
  ['1', { kind: 'other' }],
  ['.NEW', { kind: 'other' }],
  ['Work', { kind: 'other' }],
  ['', { kind: 'other' }],
])('%j', (name, expected) => {
  expect(classifyEntryName(name)).toMatchObject(expected);
});

test('takes any name', () => {
  fc.assert(fc.property(fc.string(), (name) => void classifyEntryName(name)));
});
