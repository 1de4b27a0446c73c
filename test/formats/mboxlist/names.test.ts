import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dbnameToMboxname, inboxName, mboxnameToDbname, parseName } from '../../../src/formats/mboxlist/names.js';

describe('dbname and internal name', () => {
  test.each([
    ['user\x1fjoe.smith\x1fsub.x', 'user.joe^smith.sub^x'],
    ['example.com\x1duser\x1fcarol', 'example.com!user.carol'],
    ['DELETED\x1fuser\x1fzoe\x1fa b\x1f6B00FA8B', 'DELETED.user.zoe.a b.6B00FA8B'],
    ['shared', 'shared'],
    // A server without virtdomains holds this too (v3.6.1-single-e): the `!` was typed by a client.
    ['user.alice.excl\x1dx', 'user.alice.excl!x'],
  ])('%j is %j', (dbname, mboxname) => {
    expect(dbnameToMboxname(Buffer.from(dbname, 'latin1'))).toBe(mboxname);
    expect(dbnameToMboxname(dbname)).toBe(mboxname);
    expect(mboxnameToDbname(mboxname).toString('latin1')).toBe(dbname);
  });

  test('the two are inverse for every name without control bytes', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'Z', '^', ' ', '&', '-', 'ä'), minLength: 1, maxLength: 5 });
    const name = fc.tuple(fc.option(fc.constant('d.example')), fc.array(part, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(name, ([domain, parts]) => {
        const mboxname = (domain === null ? '' : `${domain}!`) + parts.join('.');
        expect(dbnameToMboxname(mboxnameToDbname(mboxname))).toBe(mboxname);
      }),
    );
  });
});

describe('parseName', () => {
  test.each([
    ['user.fred', { owner: 'fred', localpart: 'fred', parts: ['user', 'fred'], isDeleted: false, isInbox: true }],
    [
      'user.joe^smith.sub^x',
      {
        owner: 'joe.smith',
        localpart: 'joe.smith',
        parts: ['user', 'joe^smith', 'sub^x'],
        isDeleted: false,
        isInbox: false,
      },
    ],
    [
      'example.com!user.carol',
      {
        domain: 'example.com',
        owner: 'carol@example.com',
        localpart: 'carol',
        parts: ['user', 'carol'],
        isDeleted: false,
        isInbox: true,
      },
    ],
    [
      'DELETED.user.zoe.a b.6B00FA8B',
      {
        owner: 'zoe',
        localpart: 'zoe',
        parts: ['DELETED', 'user', 'zoe', 'a b', '6B00FA8B'],
        isDeleted: true,
        deletedAt: 0x6b00fa8b,
        isInbox: false,
      },
    ],
    [
      'DELETED.user.gone.6B010CAB',
      {
        owner: 'gone',
        localpart: 'gone',
        parts: ['DELETED', 'user', 'gone', '6B010CAB'],
        isDeleted: true,
        deletedAt: 1795230891,
        isInbox: false,
      },
    ],
    [
      'DELETED.shared.6B010CAB',
      { parts: ['DELETED', 'shared', '6B010CAB'], isDeleted: true, deletedAt: 0x6b010cab, isInbox: false },
    ],
    ['DELETED.user.zoe', { parts: ['DELETED', 'user', 'zoe'], isDeleted: false, isInbox: false }],
    ['shared.news', { parts: ['shared', 'news'], isDeleted: false, isInbox: false }],
    ['user', { parts: ['user'], isDeleted: false, isInbox: false }],
    ['', { parts: [''], isDeleted: false, isInbox: false }],
  ])('%j', (name, expected) => {
    expect(parseName(name)).toEqual(expected);
  });

  test('obeys the options', () => {
    expect(parseName('GONE.user.x.6B00FA8B', { deletedPrefix: 'GONE' })).toMatchObject({ isDeleted: true, owner: 'x' });
    expect(parseName('user.a!b', { virtdomains: false })).toMatchObject({ owner: 'a!b', parts: ['user', 'a!b'] });
    expect(parseName('home.test!user.a', { defaultdomain: 'home.test' })).toMatchObject({ owner: 'a' });
  });

  test('takes any text', () => {
    fc.assert(fc.property(fc.string(), (name) => void parseName(name)));
  });
});

test.each([
  ['joe.smith', 'user.joe^smith'],
  ['carol@example.com', 'example.com!user.carol'],
  ['ann@home.test', 'user.ann'],
])('the INBOX of %s is %s', (userid, mboxname) => {
  expect(inboxName(userid, 'home.test')).toBe(mboxname);
});
