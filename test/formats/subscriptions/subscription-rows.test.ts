import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SubscriptionRows } from '../../../src/formats/subscriptions/subscription-rows.js';
import { encodeSubscriptions } from '../../support/encode/encode-subscriptions.js';

const VERSION_KEY = '\x1fVER\x1f';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The row after that of the version; 0 = there is none. */
function parse(version: number, key: string, userid = 'matt', value = '') {
  const rows = new SubscriptionRows(userid, 'sub', { defaultdomain: 'home.test' });
  if (version > 0) rows.parse(bytes(VERSION_KEY), bytes(String(version)));
  return rows.parse(bytes(key), bytes(value));
}

const INTERNAL = ['user.alice.a b', 'shared', 'Notes', 'NINBOX', 'INBOX', 'example.com!user.carol'];

describe('what a key names', () => {
  test.each<readonly [version: number, key: string, userid: string, mboxname: string]>([
    ...[2, 3].flatMap((version) => [
      [version, 'NINBOX', 'matt', 'user.matt'] as const,
      [version, 'NINBOX\x1fDrafts', 'matt', 'user.matt.Drafts'] as const,
      [version, 'NINBOX\x1fa.b', 'joe.smith', 'user.joe^smith.a^b'] as const,
      [version, 'NINBOX\x1fDrafts', 'carol@example.com', 'example.com!user.carol.Drafts'] as const,
      [version, 'NINBOX', 'ann@home.test', 'user.ann'] as const,
      [version, 'Nuser\x1falice\x1fWork', 'matt', 'user.alice.Work'] as const,
      [version, 'Nshared', 'matt', 'shared'] as const,
    ]),
    // Version 2 replaced the start of another user's name; version 3 does not.
    [2, 'NINBOXhew\x1fWork', 'matt', 'user.matthew.Work'],
    [3, 'NINBOXhew\x1fWork', 'matt', 'INBOXhew.Work'],
    ...INTERNAL.map((name) => [0, name, 'matt', name] as const),
  ])('version %i, %j of %s is %s', (version, key, userid, mboxname) => {
    expect(parse(version, key, userid)).toEqual({ value: { kind: 'mailbox', mboxname }, faults: [] });
  });
});

test('without a userid the own mailboxes stay relative', () => {
  const rows = new SubscriptionRows(undefined, 'sub');
  rows.parse(bytes(VERSION_KEY), bytes('2'));
  const read = ['NINBOX', 'NINBOX\x1fDrafts.x', 'Nuser\x1falice'].map((key) => rows.parse(bytes(key), bytes('')).value);
  expect(read).toMatchObject([{ mboxname: 'INBOX' }, { mboxname: 'INBOX.Drafts^x' }, { mboxname: 'user.alice' }]);
});

test('the version row', () => {
  const row = (value: string) => new SubscriptionRows('matt', 'sub').parse(bytes(VERSION_KEY), bytes(value));
  expect(row('2')).toEqual({ value: { kind: 'version', version: 2 }, faults: [] });
  expect(row('3')).toEqual({ value: { kind: 'version', version: 3 }, faults: [] });
  expect(row('x').faults).toMatchObject([{ code: 'subscription-syntax', actual: '"x"' }]);
  for (const version of ['1', '4'])
    expect(row(version)).toMatchObject({
      value: { kind: 'version', version: Number(version) },
      faults: [{ code: 'subscription-version', expected: 'version 0, 2, 3', actual: `"${version}"` }],
    });
});

test.each<[number, string]>([
  [0, ''],
  [2, 'N'],
  [3, ''],
  [2, '\x1fNEW\x1f'],
  [3, 'user.alice'],
  // The row of the version was lost.
  [0, 'NINBOX\x1fDrafts'],
])('version %i, %j names no mailbox', (version, key) => {
  expect(parse(version, key)).toMatchObject({ faults: [{ code: 'subscription-syntax', file: 'sub' }] });
  expect(parse(version, key).value).toBeUndefined();
});

test('a value is told, and the name is read', () => {
  expect(parse(2, 'NINBOX', 'matt', 'x')).toMatchObject({
    value: { mboxname: 'user.matt' },
    faults: [{ code: 'subscription-syntax', expected: 'no value', actual: '"x"' }],
  });
});

test('what each version writes is read back, but for what version 2 mixes up', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '&'), minLength: 1, maxLength: 5 });
  const names = fc.uniqueArray(fc.tuple(fc.constantFrom('matt', 'matthew', 'mat', 'ann'), fc.array(part)), {
    selector: (name) => name.flat().join('\x1f'),
  });
  fc.assert(
    fc.property(fc.constantFrom(0, 2, 3), names, (version, mailboxes) => {
      const mboxnames = mailboxes.map(([user, parts]) =>
        ['user', user, ...parts].map((p) => p.replaceAll('.', '^')).join('.'),
      );
      const rows = new SubscriptionRows('matt', 'sub');
      const read = encodeSubscriptions('matt', version, mboxnames).map(([key, value]) => rows.parse(key, value));
      expect(read.flatMap(({ faults }) => faults)).toEqual([]);
      expect(read.flatMap(({ value }) => (value?.kind === 'mailbox' ? [value.mboxname] : []))).toEqual(mboxnames);
    }),
  );
});

test('takes any bytes', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.uint8Array({ maxLength: 40 }), fc.string(), (version, b, userid) => {
      const rows = new SubscriptionRows(userid, 's');
      rows.parse(bytes(VERSION_KEY), bytes(String(version)));
      rows.parse(Buffer.from(b), Buffer.from(b));
      rows.parse(bytes(VERSION_KEY), Buffer.from(b));
    }),
  );
});
