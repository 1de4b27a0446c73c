import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSubscriptionRow } from '../../../src/formats/subscriptions/subscription-key.js';

const parse = (key: string, userid = 'matt', value = '') =>
  parseSubscriptionRow(Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1'), userid, 'sub', {
    defaultdomain: 'home.test',
  });

test.each([
  ['NINBOX', 'matt', 'user.matt'],
  ['NINBOX\x1fDrafts', 'matt', 'user.matt.Drafts'],
  ['NINBOX\x1fa.b', 'joe.smith', 'user.joe^smith.a^b'],
  ['NINBOX\x1fDrafts', 'carol@example.com', 'example.com!user.carol.Drafts'],
  ['NINBOX', 'ann@home.test', 'user.ann'],
  // Version 2 replaced the start of another user's name.
  ['NINBOXhew\x1fWork', 'matt', 'user.matthew.Work'],
  ['Nuser\x1falice\x1fWork', 'matt', 'user.alice.Work'],
  ['Nshared', 'matt', 'shared'],
  ['user.alice.a b', 'matt', 'user.alice.a b'],
  ['shared', 'matt', 'shared'],
])('%j of %s is %s', (key, userid, mboxname) => {
  expect(parse(key, userid)).toEqual({ value: { kind: 'mailbox', mboxname }, faults: [] });
});

test('the version row', () => {
  expect(parse('\x1fVER\x1f', 'matt', '2')).toEqual({ value: { kind: 'version', version: 2 }, faults: [] });
  expect(parse('\x1fVER\x1f', 'matt', 'x').faults).toMatchObject([{ code: 'subscription-syntax', actual: '"x"' }]);
});

test.each(['', 'N', '\x1fNEW\x1f'])('%j names no mailbox', (key) => {
  expect(parse(key)).toMatchObject({ faults: [{ code: 'subscription-syntax', file: 'sub' }] });
  expect(parse(key).value).toBeUndefined();
});

test('takes any bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.string(),
      (b, userid) => void parseSubscriptionRow(Buffer.from(b), Buffer.from(b), userid, 's'),
    ),
  );
});
