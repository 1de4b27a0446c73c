/** What is written of a mailbox in more than one place. */
import { describe, expect, test } from 'vitest';
import { differencesOfRows, staleCopies, wrongQuotaroot } from '../../src/audit/copies-of-entry.js';
import type { MailboxHeader, Mbentry } from '../../src/model/mailbox.js';
import type { MailboxList } from '../../src/sources/spool/mailbox-list.js';

const mbtype: Mbentry['mbtype'] = {
  kind: 'e',
  letters: 'e',
  deleted: false,
  intermediate: false,
  remote: false,
  reserved: false,
  moving: false,
  legacyDirs: false,
};
const entry: Mbentry = {
  mboxname: 'user.ada',
  uniqueid: 'abc',
  mbtype,
  partition: 'default',
  acl: [{ identifier: 'ada', rights: 'lrs' }],
  uidvalidity: 7,
  foldermodseq: 3,
  createdmodseq: 1,
  mtime: 100,
  history: [],
};
const header: MailboxHeader = {
  form: 'dlist',
  mboxname: 'user.ada',
  uniqueid: 'abc',
  mbtype: 'e',
  quotaroot: 'user.ada',
  acl: entry.acl,
  userFlags: [],
};
const listOf = (row: Mbentry | undefined): MailboxList =>
  ({ hasUniqueidRows: true, uniqueidRow: () => row }) as unknown as MailboxList;

describe('the two rows of a mailbox', () => {
  test.each<[string, Partial<Mbentry>, string[]]>([
    ['the same', {}, []],
    ['earlier names, which only one row has', { history: [{ mboxname: 'user.bob' }] }, []],
    ['another partition', { partition: 'p2' }, ['partition']],
    ['another ACL', { acl: [] }, ['ACL']],
    ['another type', { mbtype: { ...mbtype, letters: 'ed', deleted: true } }, ['type']],
    ['other numbers', { uidvalidity: 8, foldermodseq: 4 }, ['uidvalidity', 'foldermodseq']],
    ['a clock that went on between the two', { mtime: 101 }, []],
    ['the row of another name', { mboxname: 'user.bob', partition: 'p2' }, []],
  ])('%s', (_, change, fields) => {
    expect(differencesOfRows(listOf({ ...entry, ...change }), entry).map(({ field }) => field)).toEqual(fields);
  });

  test('a lost row is told by another finding', () => {
    expect(differencesOfRows(listOf(undefined), entry)).toEqual([]);
  });
});

describe('copies in cyrus.header and the index', () => {
  test.each<[string, Partial<MailboxHeader>, number | undefined, string[]]>([
    ['the same', {}, 7, []],
    ['an older ACL', { acl: [] }, 7, ['ACL in cyrus.header']],
    ['another type', { mbtype: 'c' }, 7, ['type in cyrus.header']],
    ['flags of the type, which a header may lack', { mbtype: 'el' }, 7, []],
    ['another uidvalidity', {}, 8, ['uidvalidity in cyrus.index']],
    ['an index that cannot be read', {}, undefined, []],
  ])('%s', (_, change, uidvalidity, fields) => {
    expect(staleCopies(entry, { ...header, ...change }, uidvalidity).map(({ field }) => field)).toEqual(fields);
  });

  test('a header of the text form has no type', () => {
    const text: MailboxHeader = { form: 'text', uniqueid: 'abc', acl: entry.acl, userFlags: [] };
    expect(staleCopies(entry, text, 7)).toEqual([]);
  });

  test('an entry of an older list has no uidvalidity', () => {
    const { uidvalidity: _, ...older } = entry;
    expect(staleCopies(older, header, 8)).toEqual([]);
  });
});

test.each<[string, string | undefined | null, string | undefined, boolean]>([
  ['the one that covers the mailbox', 'user.ada', 'user.ada', false],
  ['another one', 'user.ada', 'user.ada.Work', true],
  ['one that is not there', undefined, 'user.ada', true],
  ['none although one covers it', 'user.ada', undefined, true],
  ['none and none covers it', undefined, undefined, false],
  ['any, when it is not known', null, 'user.bob', false],
])('cyrus.header names %s', (_, covers, quotaroot, isWrong) => {
  const { quotaroot: __, ...bare } = header;
  const named = quotaroot === undefined ? bare : { ...bare, quotaroot };
  expect(wrongQuotaroot(covers, named) !== undefined).toBe(isWrong);
});
