/** Rows of every known database are shown by their meaning, whatever the backend and whatever the file is called. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { buildTwoskip } from '../support/build-twoskip.js';
import { encodeConversation, encodeGuidRow } from '../support/encode/encode-conversations.js';
import { encodeFlat } from '../support/encode/encode-flat.js';
import { encodeMbentry } from '../support/encode/encode-mbentry.js';
import { encodeSkiplist } from '../support/encode/encode-skiplist.js';
import { encodeSubscriptions } from '../support/encode/encode-subscriptions.js';
import { encodeTwom } from '../support/encode/encode-twom.js';
import { itemProblem } from '../support/inspect-schema.js';

type Row = readonly [key: Buffer, value: Buffer];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-databases-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const BACKENDS: Readonly<Record<string, (rows: readonly Row[]) => Buffer>> = {
  twoskip: buildTwoskip,
  skiplist: (rows) => encodeSkiplist(rows),
  flat: encodeFlat,
  twom: (rows) => encodeTwom([rows]),
};

const row = (key: string, value: string): Row => [Buffer.from(key), Buffer.from(value)];
const GUID = '01459347e6f3a49280b4bd4a9b07425245cba240';
/** Length, value, NUL, type, NUL, time, modseq 0x24, flags. Source: mailbox-files.md section 4. */
const ANNOTATION = Buffer.from(
  `0000000b00000000${Buffer.from('shared note\0text/plain\0').toString('hex')}${'00'.repeat(8)}000000000000002400`,
  'hex',
);
const annotation = (key: string): Row => [Buffer.from(key), ANNOTATION];
const ACL = [['alice', 'lrswip']] as const;

interface Case {
  readonly what: string;
  readonly name: string;
  readonly rows: readonly Row[];
  readonly about: object;
  readonly items: readonly object[];
  /** False where the rows of nameless files say nothing. */
  readonly byContent?: false;
}

const CASES: readonly Case[] = [
  {
    what: 'a list of 3.13',
    name: 'mailboxes.db',
    rows: [
      row('AS\x1e', ''),
      row('AU\x1ebob\x1euser\x1falice', ''),
      ...encodeMbentry({
        mboxname: 'user.alice',
        uniqueid: '8p42qajt8i9twui14ffc1h4e',
        partition: 'p',
        uidvalidity: 7,
        acl: ACL,
      }),
      row('Jalice\x1eP1', '%(T e N "user\x1falice" I 8p42qajt8i9twui14ffc1h4e P p V 7)'),
      row('Nuser\x1falice\x1f#sieve', '%(T f I 9p42qajt8i9twui14ffc1h4e S mail2 P p V 7 F 18446744073709551000)'),
      row('UGbob\x1egroup:staff', ''),
    ],
    about: { format: 'mailboxes.db', formatVersion: '3', writtenBy: '3.6 or later' },
    items: [
      { type: 'reverse-acl', scope: 'shared' },
      { type: 'reverse-acl', scope: 'user', identifier: 'bob', mboxname: 'user.alice' },
      { type: 'mailbox-by-uniqueid', mboxname: 'user.alice', uniqueid: '8p42qajt8i9twui14ffc1h4e', kind: 'email' },
      { type: 'mailbox-by-jmapid', userid: 'alice', jmapid: 'P1', mboxname: 'user.alice', uidvalidity: 7 },
      { type: 'mailbox', mboxname: 'user.alice', acl: [{ identifier: 'alice', rights: 'lrswip' }], uidvalidity: 7 },
      { type: 'mailbox', mboxname: 'user.alice.#sieve', kind: 'sieve', server: 'mail2', partition: 'p' },
      { type: 'usergroup', name: 'bob', related: 'group:staff' },
    ],
  },
  {
    what: 'a list of 2.5 to 3.4 with entries of 2.4',
    name: 'mailboxes.db',
    rows: [
      row('$RACL', '3'),
      row('$RACL$U$bob$user.alice', ''),
      row('$RUNQ', '1'),
      row('$RUNQ$u1$user.alice', ''),
      row('Notes', '%(I u2 P p A %(anyone lr))'),
      row('user.alice', '0 p alice\tlrswip\t'),
      row('user.bob', '1 mail2!p bob\tlr\t'),
      row('user.bob.gone', '%(I u3 T d V 5)'),
    ],
    about: { format: 'mailboxes.db', formatVersion: '2', writtenBy: '2.5 to 3.4' },
    items: [
      { type: 'reverse-acl', value: '3' },
      { type: 'reverse-acl', scope: 'user', identifier: 'bob', mboxname: 'user.alice' },
      { type: 'name-by-uniqueid', value: '1' },
      { type: 'name-by-uniqueid', uniqueid: 'u1', mboxname: 'user.alice' },
      { type: 'mailbox', mboxname: 'Notes', uniqueid: 'u2' },
      { type: 'mailbox', mboxname: 'user.alice', formatVersion: '1', writtenBy: '2.2 to 2.4' },
      { type: 'mailbox', mboxname: 'user.bob', server: 'mail2', partition: 'p', flags: ['remote', 'legacyDirs'] },
      { type: 'mailbox', mboxname: 'user.bob.gone', uidvalidity: 5, flags: ['deleted', 'legacyDirs'] },
    ],
    byContent: false,
  },
  {
    what: 'annotations by name',
    name: 'annotations.db',
    rows: [annotation('\0/motd\0\0'), annotation('user.alice\0/comment\0alice\0')],
    about: { format: 'annotations.db', formatVersion: 'by name', writtenBy: 'up to 3.4' },
    items: [
      { type: 'annotation', entry: '/motd', userid: '', value: 'shared note' },
      { type: 'annotation', mboxname: 'user.alice', entry: '/comment', userid: 'alice', modseq: '36', deleted: false },
    ],
  },
  {
    what: 'annotations by uniqueid',
    name: 'annotations.db.OLD',
    rows: [annotation('8p42qajt8i9twui14ffc1h4e\0/comment\0[.OwNeR.]\0')],
    about: { format: 'annotations.db', formatVersion: 'by uniqueid' },
    items: [{ type: 'annotation', uniqueid: '8p42qajt8i9twui14ffc1h4e', userid: '[.OwNeR.]' }],
  },
  {
    what: 'annotations of messages',
    name: 'cyrus.annotations',
    rows: [annotation('7\0/comment\0\0')],
    about: { format: 'cyrus.annotations' },
    items: [{ type: 'annotation', uid: 7, entry: '/comment', value: 'shared note', modseq: '36' }],
  },
  {
    what: 'seen state',
    name: 'bob.seen',
    rows: [row('8p42qajt8i9twui14ffc1h4e', '1 1795226295 6 1795226296 1:3,5')],
    about: { format: 'seen' },
    items: [{ type: 'seen', uniqueid: '8p42qajt8i9twui14ffc1h4e', lastuid: 6, sequence: '1:3,5' }],
  },
  {
    what: 'subscriptions, with what version 2 mixes up',
    name: 'matt.sub',
    rows: encodeSubscriptions('matt', 2, ['user.matt', 'user.matt.a^b', 'user.matthew.Work']),
    about: { format: 'sub', formatVersion: '2', writtenBy: '3.6 to 3.10' },
    items: [
      { type: 'version', version: 2 },
      { type: 'subscription', mboxname: 'user.matt' },
      { type: 'subscription', mboxname: 'user.matt.a^b' },
      { type: 'subscription', mboxname: 'user.matthew.Work' },
    ],
    byContent: false,
  },
  {
    what: 'subscriptions of 3.12',
    name: 'sub.db.UPGRADE',
    rows: encodeSubscriptions('matt', 3, ['user.matt', 'user.matthew.Work']),
    about: { format: 'sub', formatVersion: '3', writtenBy: '3.12 or later' },
    items: [{ type: 'version' }, { type: 'subscription', mboxname: 'INBOX' }, { mboxname: 'user.matthew.Work' }],
  },
  {
    what: 'subscriptions of 2.4',
    name: 'bob.sub',
    rows: encodeSubscriptions('bob', 0, ['user.alice.a b', 'user.bob']),
    about: { format: 'sub', formatVersion: '0', writtenBy: 'up to 3.4' },
    items: [{ mboxname: 'user.alice.a b' }, { type: 'subscription', mboxname: 'user.bob' }],
  },
  {
    what: 'quota roots',
    name: 'quotas.db',
    rows: [
      row('user.alice', '%(S (5774 100000) M (27) MODSEQ 83)'),
      row('user.bob', '%(S (1) SCAN %(MBOX user.bob S 2))'),
      row('user.carol', '5 -1'),
    ],
    about: { format: 'quota' },
    items: [
      { type: 'quota', quotaroot: 'user.alice', modseq: '83', writtenBy: '3.0 or later' },
      { type: 'quota', quotaroot: 'user.bob', scan: { mboxname: 'user.bob', used: { S: '2' } }, writtenBy: '2.5' },
      { type: 'quota', quotaroot: 'user.carol', form: 'text', resources: { S: { used: '5' } }, writtenBy: 'up to 2.4' },
    ],
    byContent: false,
  },
  {
    what: 'conversations',
    name: 'conversations.db',
    rows: [
      row('$COUNTED_FLAGS', '$A'),
      row('$FOLDER_IDS', '(u1 -)'),
      row('<a@b>', '0 8cd8ecbb8d887128 1795231489'),
      encodeConversation({
        kind: 'conversation',
        cid: 0x8cd8ecbb8d887128n,
        version: 2,
        modseq: 2n ** 63n,
        numRecords: 1,
        exists: 1,
        unseen: 0,
        flagCounts: [1],
        folders: [{ folder: 0, modseq: 9n, numRecords: 1, exists: 1, unseen: 0 }],
        senders: [{ name: 'A', mailbox: 'a', domain: 'b', lastseen: 5, exists: 1 }],
        subject: 'x y',
        size: 5,
        thread: [{ guid: GUID, exists: 1, internaldate: 1700000000, internaldateNsec: 5, createdmodseq: 4n }],
        createdmodseq: 3n,
      }),
      row('Fu1', '0 (9 1 0 1 0)'),
      ...[1, 2, 3, 4].map((version) =>
        encodeGuidRow(version, {
          guid: GUID,
          folder: 0,
          uid: version,
          cid: 1n,
          systemFlags: 1,
          internalFlags: 2,
          internaldate: 1700000000,
          internaldateNsec: 7,
          basecid: 5n,
        }),
      ),
      row('J-0123abcXYZ', GUID),
      row('Q', '1 %(E 1 S 5)'),
    ],
    about: { format: 'conversations', formatVersion: 'by uniqueid', writtenBy: '3.6 to 3.12' },
    items: [
      { type: 'counted-flags', flags: ['$A'] },
      { type: 'conversation-folders', by: 'uniqueid', folders: ['u1', null] },
      { type: 'msgid', msgid: '<a@b>', cids: ['8cd8ecbb8d887128'] },
      { type: 'conversation', cid: '8cd8ecbb8d887128', modseq: '9223372036854775808', writtenBy: '3.13' },
      { type: 'conversation-folder', folder: 'u1', threadmodseq: '9' },
      { type: 'message-guid', places: [{ folder: 0, uid: 1 }], formatVersion: '1', writtenBy: '3.2 to 3.4' },
      { type: 'message-guid', cid: '0000000000000001', formatVersion: '2', writtenBy: '3.6 to 3.8' },
      { type: 'message-guid', basecid: '0000000000000005', formatVersion: '3', writtenBy: '3.10 to 3.12' },
      { type: 'message-guid', internaldate: 1700000000, internaldateNsec: 7, writtenBy: '3.13' },
      { type: 'message-jmapid', jmapid: '-0123abcXYZ', guid: GUID },
      { type: 'conversation-quota', emails: '1', storage: '5' },
    ],
    byContent: false,
  },
  {
    what: 'a status cache',
    name: 'statuscache.db',
    rows: [row('user.a%', 'I 8 (5 7 1795230000 1 1234 3 9)'), row('user.a%%bob', 'S 8 (0 3 9)')],
    about: { format: 'statuscache', formatVersion: '8', writtenBy: '3.2 to 3.8' },
    items: [
      { type: 'status', mboxname: 'user.a', messages: 5, size: '1234', highestmodseq: '9' },
      { type: 'status', mboxname: 'user.a', userid: 'bob', unseen: 3 },
    ],
  },
  {
    what: 'a sync cache, which has no name of its own',
    name: 'replica1-cache',
    rows: [row('user.a', '%(UNIQUEID u1 MBOXNAME user.a SYNC_CRC 5 HIGHESTMODSEQ 9 ACL "a\tlr\t" NEW 1)')],
    about: { format: 'sync-cache', writtenBy: '3.4 or later' },
    items: [{ type: 'cached-mailbox', mboxname: 'user.a', syncCrcBasic: 5, highestmodseq: '9', unknown: ['NEW'] }],
  },
  {
    what: 'a cache that nothing needs to understand',
    name: 'deliver.db',
    rows: [row('<a@b>\0user.a\0', '\x01\x02')],
    about: { format: 'deliver.db' },
    items: [{ type: 'row', key: '<a@b>\0user.a\0', value: '\x01\x02' }],
    byContent: false,
  },
  {
    what: 'a database of nobody',
    name: 'whatever.db',
    rows: [row('k', 'v'), [Buffer.from('l'), Buffer.from([0xff, 0])]],
    about: { format: 'database' },
    items: [
      { type: 'row', key: 'k', value: 'v' },
      { type: 'row', key: 'l', value: '0xff00' },
    ],
  },
];

describe.each(Object.entries(BACKENDS))('%s', (backend, encode) => {
  test.each(CASES.map((c) => [c.what, c] as const))('%s', (_, { name, rows, about, items, byContent }) => {
    const sorted = [...rows].sort(([a], [b]) => a.compare(b));
    for (const file of [name, ...(byContent === false ? [] : ['copy-of-a-file'])]) {
      const path = join(dir, file);
      writeFileSync(path, encode(sorted));
      const inspection = inspectFile(path);
      expect(inspection.about).toMatchObject({ ...about, backend });
      const shown = [...inspection.items];
      // A flat file may have its rows in another order than that of the bytes of their keys.
      expect(shown).toEqual(expect.arrayContaining(items.map((item) => expect.objectContaining(item) as object)));
      expect(shown).toHaveLength(items.length);
      for (const item of shown) expect(itemProblem(path, inspection.about, item)).toBeUndefined();
    }
  });
});

test('the user of a sub file is told by its path, domain included', () => {
  const below = join(dir, 'conf/domain/e/example.com/user/c');
  mkdirSync(below, { recursive: true });
  const path = join(below, 'carol^x.sub');
  writeFileSync(path, encodeFlat([row('\x1fVER\x1f', '2'), row('NINBOX\x1fDrafts', '')]));
  expect([...inspectFile(path).items]).toEqual([
    { type: 'version', version: 2 },
    { type: 'subscription', mboxname: 'example.com!user.carol^x.Drafts' },
  ]);
});

test('an empty file of a known name is a database without rows', () => {
  const path = join(dir, 'empty.sub');
  writeFileSync(path, '');
  expect(inspectFile(path)).toMatchObject({ about: { format: 'sub', backend: 'empty' } });
  expect([...inspectFile(path).items]).toEqual([]);
});

test('a fault of a row names its key', () => {
  const path = join(dir, 'odd.seen');
  writeFileSync(path, 'u1\t2 x\nu2\t1 1 1 1 1:5\nbad\n');
  expect([...inspectFile(path).items]).toMatchObject([
    { type: 'fault', code: 'seen-syntax', key: 'u1' },
    { type: 'seen', uniqueid: 'u2', sequence: '1:5' },
    { type: 'fault', code: 'seen-above-lastuid', key: 'u2' },
    { type: 'fault', code: 'db-record-shape', offset: 22 },
  ]);
});

test('a flat database and a log of any size are read a piece at a time', () => {
  const SIZE = 300 * 1024 * 1024;
  const LINES = 1000;
  const lines = (line: string): string =>
    Array.from({ length: LINES }, (_, i) => line.replace('*', String(1000 + i))).join('');
  for (const [name, text, type] of [
    ['big.seen', lines('u*\t1 1 1 1 1\n'), 'seen'],
    ['log', lines('USER u*\n'), 'line'],
  ] as const) {
    const path = join(dir, name);
    writeFileSync(path, text);
    // A hole of zero bytes: as long as it is, it is one line that never ends.
    truncateSync(path, SIZE);
    const before = process.memoryUsage().arrayBuffers;
    const types: string[] = [];
    for (const item of inspectFile(path).items) types.push(item.type);
    expect(types).toEqual([...new Array<string>(LINES).fill(type), 'fault']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(SIZE / 2);
  }
});
