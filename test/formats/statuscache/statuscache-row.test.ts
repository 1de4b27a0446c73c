import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStatuscacheRow } from '../../../src/formats/statuscache/statuscache-row.js';

const parse = (key: string, value: string) =>
  parseStatuscacheRow(Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1'), 's');

// Spelled as the format strings of imap/statuscache_db.c of each release.
test.each<[string, string, string, object]>([
  [
    '2.3.19',
    'user.a\0a',
    '3 31 1795230272 99 1234 5 1 7 1795230000 2 9 ',
    {
      mboxname: 'user.a',
      userid: 'a',
      version: 3,
      values: {
        statusitems: 31,
        indexMtime: 1795230272,
        indexIno: 99n,
        indexSize: 1234n,
        messages: 5,
        recent: 1,
        uidnext: 7,
        uidvalidity: 1795230000,
        unseen: 2,
        highestmodseq: 9n,
      },
    },
  ],
  [
    '2.4.20',
    'user.a%%',
    '4 63 5 1 7 1795230000 2 9 ',
    {
      mboxname: 'user.a',
      userid: '',
      version: 4,
      values: {
        statusitems: 63,
        messages: 5,
        recent: 1,
        uidnext: 7,
        uidvalidity: 1795230000,
        unseen: 2,
        highestmodseq: 9n,
      },
    },
  ],
  [
    '3.6.7, index',
    'user.a%',
    'I 8 (5 7 1795230000 1 1234 3 9)',
    {
      mboxname: 'user.a',
      version: 8,
      values: {
        messages: 5,
        uidnext: 7,
        uidvalidity: 1795230000,
        mboptions: 1,
        size: 1234n,
        createdmodseq: 3n,
        highestmodseq: 9n,
      },
    },
  ],
  [
    '3.6.7, seen',
    'user.a%%bob@example.com',
    'S 8 (0 3 9)',
    { mboxname: 'user.a', userid: 'bob@example.com', version: 8, values: { recent: 0, unseen: 3, highestmodseq: 9n } },
  ],
  [
    '3.12.3',
    'user.a%',
    'I 9 (5 7 8 1 1234 3 9 2 100)',
    {
      mboxname: 'user.a',
      version: 9,
      values: {
        messages: 5,
        uidnext: 7,
        uidvalidity: 8,
        mboptions: 1,
        size: 1234n,
        createdmodseq: 3n,
        highestmodseq: 9n,
        deleted: 2,
        deletedStorage: 100n,
      },
    },
  ],
  [
    '3.13.7',
    'user.a%',
    'I 10 (5 7 8 1 18446744073709551615 3 9 2 100) P1a',
    { version: 10, mailboxid: 'P1a', values: expect.objectContaining({ size: 2n ** 64n - 1n }) as object },
  ],
])('%s', (_, key, value, expected) => {
  const row = parse(key, value);
  expect(row.faults).toEqual([]);
  expect(row.value).toMatchObject(expected);
});

test.each([
  ['user.a%', 'I 7 (1 2 3)', 'statuscache-version'],
  ['user.a%', 'I 99999 (1)', 'statuscache-version'],
  ['user.a%', '', 'statuscache-syntax'],
  ['user.a%', 'I 8 (5 7 8 1 1 3)', 'statuscache-syntax'],
  ['user.a%', 'I 8 5 7 8 1 1 3 9', 'statuscache-syntax'],
  ['user.a%', 'I 8 (5 7 8 1 1 3 9) P1', 'statuscache-syntax'],
  ['user.a%%a', 'S 4 (0 3 9)', 'statuscache-syntax'],
  ['user.a%%a', 'S 8 (0 x 9)', 'statuscache-syntax'],
  ['user.a', 'S 8 (0 3 9)', 'statuscache-syntax'],
  ['user.a%', '4 63 5 1 7 8 2 9 ', 'statuscache-syntax'],
  ['%%', 'S 8 (0 3 9)', 'statuscache-syntax'],
])('%j %j', (key, value, code) => {
  expect(parse(key, value)).toMatchObject({ faults: [{ code, file: 's' }] });
  expect(parse(key, value).value).toBeUndefined();
});

test('takes any text', () => {
  const text = fc.string({ unit: fc.constantFrom('I', 'S', ' ', '8', '4', '(', ')', '%', '\0', '9'), maxLength: 40 });
  fc.assert(fc.property(text, text, (key, value) => void parse(key, value)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (b) => void parseStatuscacheRow(Buffer.from(b), Buffer.from(b), 's')),
  );
});
