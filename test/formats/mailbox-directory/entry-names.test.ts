import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyEntryName, uidOfMessageFile } from '../../../src/formats/mailbox-directory/entry-names.js';

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

test('a message file is a UID and a dot, and nothing else', () => {
  const nearly = fc.stringMatching(/^[0-9a.: -]{0,12}\.?$/);
  fc.assert(
    fc.property(
      fc.oneof(
        nearly,
        fc.nat(0xffffffff).map((uid) => `${String(uid)}.`),
      ),
      (name) => {
        const uid = Number(/^([1-9]\d{0,9})\.$/.exec(name)?.[1] ?? 0);
        expect(uidOfMessageFile(name)).toBe(uid > 0 && uid <= 0xffffffff ? uid : undefined);
      },
    ),
  );
});

test('takes any name', () => {
  fc.assert(fc.property(fc.string(), (name) => void classifyEntryName(name)));
});
