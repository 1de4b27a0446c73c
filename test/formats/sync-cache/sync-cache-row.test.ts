import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSyncCacheRow } from '../../../src/formats/sync-cache/sync-cache-row.js';

const parse = (key: string, value: string) =>
  parseSyncCacheRow(Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1'), 's');

// Keys in the order of sync_prepare_dlists, 3.6.7; values of the mailbox of the index document's vector.
const REAL =
  '%(UNIQUEID 8p42qajt8i9twui14ffc1h4e MBOXNAME user.bob SYNC_CRC 3246164327 SYNC_CRC_ANNOT 566797578 LAST_UID 1 ' +
  'HIGHESTMODSEQ 6 RECENTUID 0 RECENTTIME 0 LAST_APPENDDATE 1795224872 POP3_LAST_LOGIN 0 POP3_SHOW_AFTER 0 ' +
  'UIDVALIDITY 1795224858 PARTITION default ACL "bob\tlrswipkxtecdan\t" OPTIONS P QUOTAROOT user.bob ' +
  'CREATEDMODSEQ 1 FOLDERMODSEQ 3 ANNOTATIONS (%(ENTRY /comment USERID bob MODSEQ 5 VALUE note)))';

test('every key by its meaning', () => {
  expect(parse('user.bob', REAL)).toEqual({
    value: {
      mboxname: 'user.bob',
      uniqueid: '8p42qajt8i9twui14ffc1h4e',
      acl: [{ identifier: 'bob', rights: 'lrswipkxtecdan' }],
      values: {
        syncCrcBasic: 3246164327,
        syncCrcAnnot: 566797578,
        lastUid: 1,
        highestmodseq: 6n,
        recentuid: 0,
        recenttime: 0,
        lastAppenddate: 1795224872,
        pop3LastLogin: 0,
        pop3ShowAfter: 0,
        uidvalidity: 1795224858,
        partition: 'default',
        options: 'P',
        quotaroot: 'user.bob',
        createdmodseq: 1n,
        foldermodseq: 3n,
      },
      annotations: [{ entry: '/comment', userid: 'bob', value: Buffer.from('note'), modseq: 5n }],
      unknown: [],
    },
    faults: [],
  });
});

test('keys of 3.12 and 3.13, and keys of nobody', () => {
  const row = parse(
    'a',
    '%(UNIQUEID u MBOXNAME a JMAPID P1 VERSION 20 USERFLAGS ($Label1 x) DELETEDMODSEQ 18446744073709551615 NEW 1 NEW 2)',
  );
  expect(row.faults).toEqual([]);
  expect(row.value).toMatchObject({
    values: { jmapid: 'P1', minorVersion: 20, deletedmodseq: 2n ** 64n - 1n },
    userFlags: ['$Label1', 'x'],
    unknown: ['NEW', 'NEW'],
  });
});

test.each([
  ['', 'a value'],
  ['(a)', 'a kvlist %(...)'],
  ['%(MBOXNAME a)', 'a uniqueid in UNIQUEID'],
  ['%(UNIQUEID u)', 'MBOXNAME as the key'],
  ['%(UNIQUEID u MBOXNAME b)', 'MBOXNAME as the key'],
  ['%(UNIQUEID u MBOXNAME a RECORD (%(UID 1)))', 'no RECORD'],
  ['%(UNIQUEID u MBOXNAME a LAST_UID x)', 'a number in LAST_UID'],
  ['%(UNIQUEID u MBOXNAME a LAST_UID 4294967296)', 'a number in LAST_UID'],
  ['%(UNIQUEID u MBOXNAME a PARTITION (a))', 'a text in PARTITION'],
  ['%(UNIQUEID u MBOXNAME a USERFLAGS x)', 'a list of names in USERFLAGS'],
  ['%(UNIQUEID u MBOXNAME a ANNOTATIONS (%(ENTRY /c USERID u)))', 'ENTRY, USERID and VALUE in ANNOTATIONS'],
])('%j', (value, expected) => {
  const { faults } = parse('a', value);
  expect(faults).toMatchObject([{ code: 'sync-cache-syntax', file: 's', expected }]);
  expect(faults[0]).not.toHaveProperty('offset');
});

test('a fault shows the beginning of a long name and value', () => {
  const { faults } = parse('n'.repeat(5000), `%(UNIQUEID u MBOXNAME ${'x'.repeat(5000)})`);
  expect(faults.map(({ actual }) => actual)).toEqual([`${'n'.repeat(1000)}: ${'x'.repeat(1000)}`]);
});

test('takes any text', () => {
  const unit = fc.constantFrom(
    '%(',
    '(',
    ')',
    ' ',
    'UNIQUEID ',
    'MBOXNAME ',
    'a',
    '1',
    'LAST_UID ',
    '{1}\r\n',
    '"',
    '__proto__ ',
  );
  fc.assert(fc.property(fc.string({ unit, maxLength: 30 }), (text) => void parse('a', text)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (b) => void parseSyncCacheRow(Buffer.from(b), Buffer.from(b), 's')),
  );
});
