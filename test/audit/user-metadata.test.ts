import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { auditUserMetadata, type ReadQuotaUse, type UserMetadataAudit } from '../../src/audit/audit-user-metadata.js';
import { openContext, type AuditContext } from '../../src/audit/context.js';
import { pendingLogFindings } from '../../src/audit/pending-log-findings.js';
import { readMailbox } from '../../src/audit/read-mailbox.js';
import { isLive } from '../../src/sources/spool/mailbox-list.js';
import { openSide, type SideSpec } from '../../src/sources/spool/open-side.js';
import { editIndex, indexField, mailboxDir } from '../support/edit-side.js';
import { listPairs, readCase, unpackPair, type UnpackedPair } from '../support/fixture.js';

const disposals: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

async function unpack(name: string): Promise<UnpackedPair> {
  const pair = await unpackPair(name);
  disposals.push(() => pair.dispose());
  return pair;
}

/** undefined when a mailbox list cannot be opened: no user is audited then. */
function open(pair: UnpackedPair): AuditContext | undefined {
  const sides: SideSpec[] = [
    { role: 'master', source: pair.master },
    { role: 'replica', source: pair.replica },
  ];
  const readable = sides.every((spec) => {
    const side = openSide(spec);
    side.close();
    return side.list.db !== undefined;
  });
  if (!readable) return undefined;
  const ctx = openContext({
    sides,
    level: 'files',
    findingCap: 100,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  });
  disposals.push(() => ctx.close());
  return ctx;
}

/** Both users of the recorded pairs, as the audit of a unit calls it. */
function auditUsers(ctx: AuditContext): (UserMetadataAudit & { userid: string })[] {
  return ['a', 'b'].flatMap((userid) => {
    const unit = { kind: 'user', userid, inbox: `user.${userid}` } as const;
    const mailboxes: ReadQuotaUse[] = [];
    for (const role of ['master', 'replica'] as const) {
      const { side, list } = ctx.sides.get(role)!;
      for (const entry of list.entriesOf(unit).filter(isLive)) {
        const read = readMailbox(side, entry, userid);
        mailboxes.push({
          side: role,
          mboxname: entry.mboxname,
          uniqueid: entry.uniqueid,
          quotaroot: read.header?.quotaroot,
          quotaMailboxUsed: read.header === undefined ? undefined : read.indexHeader?.quotaMailboxUsed,
          isDeleted: entry.mboxname.startsWith('DELETED.'),
        });
        read.close();
      }
    }
    const inbox = (role: 'master' | 'replica') => {
      const entry = ctx.sides.get(role)!.list.byName(unit.inbox);
      return entry !== undefined && isLive(entry) ? entry : undefined;
    };
    const own = { master: inbox('master'), replica: inbox('replica') };
    return own.master === undefined ? [] : [{ userid, ...auditUserMetadata(ctx, userid, own, mailboxes) }];
  });
}

const found = (audits: readonly UserMetadataAudit[]) =>
  audits.flatMap(({ findings }) => findings.map(({ code, side }) => (side === undefined ? code : `${side} ${code}`)));

/** What the recorded drifts of a user's metadata are told as, and drifts of other kinds that show in it too. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'quota-differs-replica': ['quota-limit-differs'],
  'quotaroot-extra-replica': ['quotaroot-only-on-replica'],
  'quotaroot-missing-replica': ['quotaroot-missing-on-replica'],
  'seen-missing-replica': ['seen-pending'],
  'subscription-replica-only': ['subscription-removed-on-replica'],
  'user-blocked-by-one-mailbox': ['subscription-pending'],
  // Below version 12 the owner's seen state is a row too.
  'index-version-master-9': ['seen-pending'],
  // The quota still counts a mailbox that is gone from the list, or that came back empty.
  'mboxlist-bytes-corrupt': ['master quota-usage-wrong'],
  'mboxlist-entry-lost-mailbox': ['master quota-usage-wrong'],
  'mboxlist-entry-lost-replica': ['replica quota-usage-wrong'],
  'mboxlist-entry-lost-replica-with-extra-message': ['replica quota-usage-wrong'],
  'mboxlist-recreated-same-uniqueid-empty-index': ['master quota-usage-wrong'],
  'mboxlist-tombstoned-subfolders': ['master quota-usage-wrong'],
  'mboxlist-file-missing-then-users-recreated': ['master quota-usage-wrong', 'subscription-removed-on-replica'],
};

test.each(listPairs())('recorded pair %s', async (name) => {
  const ctx = open(await unpack(name));
  if (ctx === undefined) return;
  const audits = auditUsers(ctx);
  expect(audits.flatMap(({ unread }) => unread)).toEqual([]);
  expect(found(audits)).toEqual(EXPECTED[name] ?? []);
  if (readCase(name).class === 'safe') {
    expect(audits.flatMap(({ findings }) => findings).filter((finding) => finding.class !== 'safe')).toEqual([]);
  }
  expect(pendingLogFindings(ctx.logs)).toEqual([]);
});

describe('changes to the pair in sync', () => {
  /** INBOX of user a: both sides have the same files at the start. */
  const A = 'conf/user/uuid/7/u/7unn4hc962zx7rcdridljy7h';
  /** INBOX of user b, whose seen state is external for the mailboxes of a. */
  const B = 'conf/user/uuid/d/t/dtroqv4i7waaihb6f331kwvj';
  const QUOTA = 'conf/quota/a/user.a';
  const record = (limit: number, modseq: number, used = 1020): string =>
    `%(S (${used} ${limit}) M (5) AS (4) NF (3) MODSEQ ${modseq})\n`;
  const subs = (...names: string[]): string => `\x1fVER\x1f\t2\n${names.map((name) => `${name}\t\n`).join('')}`;
  const seen = (sequence: string, changed: number): string =>
    `7unn4hc962zx7rcdridljy7h\t1 ${changed} 3 ${changed} ${sequence}\n`;

  interface Change {
    readonly files?: Readonly<Record<string, string>>;
    readonly directories?: readonly string[];
    readonly codes?: readonly string[];
    /** Sides and what their reasons contain. */
    readonly unread?: readonly (readonly [string, string])[];
  }

  test.each<[string, Change]>([
    ['nothing', {}],
    [
      'limit set on the master, line pending',
      {
        files: { [`master/${QUOTA}`]: record(20000, 11), 'master/conf/sync/log': 'QUOTA user.a\n' },
        codes: ['quota-limit-pending'],
      },
    ],
    [
      'limit set on the master, no line',
      { files: { [`master/${QUOTA}`]: record(20000, 11) }, codes: ['quota-limit-differs'] },
    ],
    ['usage', { files: { [`replica/${QUOTA}`]: record(10000, 10, 2040) }, codes: ['replica quota-usage-wrong'] }],
    [
      'usage while quota -f runs',
      {
        files: {
          [`replica/${QUOTA}`]: '%(S (9 10000) M (5) AS (4) NF (3) SCAN %(MBOX user.a S 1 M 1 AS 0 NF 0) MODSEQ 10)\n',
        },
      },
    ],
    [
      'quota file emptied on the replica',
      { files: { [`replica/${QUOTA}`]: '' }, codes: ['quotaroot-missing-on-replica'] },
    ],
    ['quota file emptied on the master', { files: { [`master/${QUOTA}`]: '' }, codes: ['quotaroot-only-on-replica'] }],
    ['quota record damaged', { files: { [`master/${QUOTA}`]: '%(S (10' }, codes: ['master user-database-damaged'] }],
    ['quota file unreadable', { directories: [`replica/${QUOTA}`], unread: [['replica', QUOTA]] }],
    ['unsubscribed on the replica', { files: { [`replica/${A}/sub.db`]: subs() }, codes: ['subscription-pending'] }],
    [
      'unsubscribed on the master, no line',
      { files: { [`master/${A}/sub.db`]: subs() }, codes: ['subscription-removed-on-replica'] },
    ],
    [
      'unsubscribed on the master, line pending',
      {
        files: { [`master/${A}/sub.db`]: subs(), 'master/conf/sync/log': 'SUB a user.a.Work\n' },
        codes: ['subscription-removal-pending'],
      },
    ],
    ['the same in the names of older releases', { files: { [`master/${A}/sub.db`]: 'user.a.Work\t\n' } }],
    [
      'subscriptions cut off',
      {
        files: { [`master/${A}/sub.db`]: subs('NINBOX\x1fWork').slice(0, -3) },
        codes: ['master user-database-damaged', 'subscription-removed-on-replica'],
      },
    ],
    [
      'subscriptions in a format that is not decoded',
      {
        files: { [`master/${A}/sub.db`]: 'SQLite format 3\0rest' },
        unread: [['master', 'a sqlite database']],
      },
    ],
    ['subscriptions unreadable', { directories: [`replica/${A}/sub.db`], unread: [['replica', `${A}/sub.db`]] }],
    [
      'seen more on the master',
      {
        files: { [`master/${B}/seen.db`]: seen('1:3', 9), [`replica/${B}/seen.db`]: seen('1', 8) },
        codes: ['seen-pending'],
      },
    ],
    [
      'seen more on the replica',
      {
        files: { [`master/${B}/seen.db`]: seen('1', 9), [`replica/${B}/seen.db`]: seen('1:3', 8) },
        codes: ['seen-lost-on-replica'],
      },
    ],
    [
      'the replica has seen messages that do not exist',
      {
        files: { [`master/${B}/seen.db`]: seen('1', 9), [`replica/${B}/seen.db`]: seen('1,7:4000000000', 8) },
        codes: ['seen-pending'],
      },
    ],
    [
      'seen only on the replica',
      { files: { [`replica/${B}/seen.db`]: seen('1', 8) }, codes: ['seen-only-on-replica'] },
    ],
    [
      'the row of one mailbox only on the replica',
      {
        files: {
          [`master/${B}/seen.db`]: `dtroqv4i7waaihb6f331kwvj\t1 9 3 9 1\n`,
          [`replica/${B}/seen.db`]: seen('1', 8),
        },
        codes: ['seen-pending', 'seen-only-on-replica'],
      },
    ],
    ['only on the replica, without a seen message', { files: { [`replica/${B}/seen.db`]: seen('', 8) } }],
    ['only on the replica, of messages that do not exist', { files: { [`replica/${B}/seen.db`]: seen('7:9', 8) } }],
    [
      'only on the replica, of a mailbox that is gone',
      { files: { [`replica/${B}/seen.db`]: seen('1', 8).replaceAll('7unn', '8unn') } },
    ],
    ["only on the replica, of the user's own mailbox", { files: { [`replica/${A}/seen.db`]: seen('1', 8) } }],
    ['seen of a mailbox that is gone', { files: { [`master/${B}/seen.db`]: seen('1', 9).replaceAll('7unn', '8unn') } }],
    [
      'seen rows damaged',
      {
        files: { [`master/${B}/seen.db`]: seen('1', 9).replace(' 3 ', ' x ') },
        codes: ['master user-database-damaged'],
      },
    ],
    ['seen database created and not written', { files: { [`master/${B}/seen.db`]: '' } }],
    [
      'quotas of the replica in a database that is not decoded',
      {
        files: { 'replica/conf/quotas.db': `${'\0'.repeat(12)}\x61\x15\x06\0${'\0'.repeat(496)}` },
        unread: [['replica', 'a berkeley database']],
      },
    ],
  ])('%s', async (_, { files = {}, directories = [], codes = [], unread = [] }) => {
    const pair = await unpack('in-sync');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(pair.dir, path)), { recursive: true });
      writeFileSync(join(pair.dir, path), text, 'latin1');
      if (path.endsWith('quotas.db')) appendFileSync(join(pair.replica, 'imapd.conf'), 'quota_db: flat\n');
    }
    for (const path of directories) {
      rmSync(join(pair.dir, path));
      mkdirSync(join(pair.dir, path));
    }
    const audits = auditUsers(open(pair)!);
    expect(found(audits)).toEqual(codes);
    expect(audits.flatMap((audit) => audit.unread)).toEqual(
      unread.map(([side, reason]) => ({ side, reason: expect.stringContaining(reason) as string })),
    );
  });

  test('the lost seen state is counted in messages', async () => {
    const pair = await unpack('in-sync');
    for (const [side, row] of [
      ['master', seen('2', 9)],
      ['replica', seen('1:900', 8)],
    ] as const) {
      mkdirSync(join(pair.dir, side, B), { recursive: true });
      writeFileSync(join(pair.dir, side, B, 'seen.db'), row);
    }
    expect(auditUsers(open(pair)!).flatMap(({ findings }) => findings)).toMatchObject([
      { class: 'admin', facts: { mboxname: 'user.a', messages: 2, masterChanged: 9, replicaChanged: 8 } },
    ]);
  });

  // The bits are those of imap/mailbox.h: 2 was CONDSTORE, 4 is SHAREDSEEN.
  test.each([
    [1, ['seen-only-on-replica']],
    [3, ['seen-only-on-replica']],
    [5, []],
  ])('a seen row that only the replica has, of a mailbox with the options %i', async (options, expected) => {
    const pair = await unpack('in-sync');
    for (const side of [pair.master, pair.replica]) {
      editIndex(join(mailboxDir(side, 'user.a'), 'cyrus.index'), ({ header }) =>
        header.writeUInt32BE(options, indexField('header', 'options').at),
      );
    }
    mkdirSync(join(pair.replica, B), { recursive: true });
    writeFileSync(join(pair.replica, B, 'seen.db'), seen('1', 8));
    expect(found(auditUsers(open(pair)!))).toEqual(expected);
  });

  test('lines of the pending log that cannot be read', async () => {
    const pair = await unpack('in-sync');
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), 'USER a\n\0\0\0\0\nMAILBOX user.');
    expect(pendingLogFindings(open(pair)!.logs)).toMatchObject([
      { code: 'sync-log-line-unreadable', class: 'admin', side: 'master', facts: { channel: '', offset: 7 } },
      { code: 'sync-log-partial-line', class: 'safe', side: 'master', facts: { offset: 12 } },
    ]);
  });

  test('a user without INBOX on the replica has no databases there', async () => {
    const ctx = open(await unpack('in-sync'))!;
    const master = ctx.sides.get('master')!.list.byName('user.a');
    const { findings } = auditUserMetadata(ctx, 'a', { master }, []);
    expect(findings).toMatchObject([{ code: 'subscription-pending', facts: { mboxname: 'user.a.Work' } }]);
  });
});
