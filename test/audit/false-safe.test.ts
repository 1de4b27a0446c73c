/** Ways in which a pair that loses mail was once called safe, or a damage went untold. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';
import type { Report } from '../../src/generated/report.js';
import { AuditError } from '../../src/model/audit-error.js';
import { auditPair, type AuditOptions } from '../../src/run/audit.js';
import { findRow, indexField, editIndex, editRows, mailboxDir, type Rows } from '../support/edit-side.js';
import { writeSide, type SideContent } from '../support/encode/write-side.js';
import { unpackPair, type Collection } from '../support/fixture.js';

interface Pair {
  readonly dir: string;
  readonly master: string;
  readonly replica: string;
}

const disposals: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose();
});

async function unpack(name: string, collection: Collection): Promise<Pair> {
  const pair = await unpackPair(name, collection);
  disposals.push(() => pair.dispose());
  return pair;
}

/** Two equal sides. */
function makePair(content: Partial<SideContent> = {}): Pair {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-false-safe-'));
  disposals.push(() => rmSync(dir, { recursive: true, force: true }));
  const pair = { dir, master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: 4, messages: 3, mailboxesPerUser: 4, seed: 1, ...content });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

const audit = ({ master, replica }: Pair, options: AuditOptions = {}): Promise<Report> =>
  auditPair({ master, replica, level: 'index', threads: 1, ...options });

/** `class code` of every finding, those of one mailbox or all. */
function said(report: Report, mboxname?: string): string[] {
  const mailboxes = report.mailboxes.filter((mailbox) => mboxname === undefined || mailbox.mboxname === mboxname);
  const rest = mboxname === undefined ? [...report.users.flatMap(({ findings }) => findings), ...report.findings] : [];
  return [...mailboxes.flatMap(({ findings }) => findings), ...rest].map((f) => `${f.class} ${f.code}`);
}

const INBOX = 'user.u000000';
const FOLDER = `${INBOX}.folder1`;
/** Size of the header of a cyrus.index of version 17. */
const INDEX_HEADER = 160;

test('the pair that the cases start from is clean', async () => {
  const report = await audit(makePair(), { level: 'content' });
  expect([report.verdict, report.complete, said(report)]).toEqual(['clean', true, []]);
});

describe.each(['master', 'replica'] as const)('on the %s', (side) => {
  test('a listed mailbox whose index is marked as deleted', async () => {
    const pair = makePair();
    editIndex(join(mailboxDir(pair[side], FOLDER), 'cyrus.index'), ({ header }) => {
      const { at } = indexField('header', 'options');
      header.writeUInt32BE((header.readUInt32BE(at) | 0x80000000) >>> 0, at);
    });
    expect(said(await audit(pair), FOLDER)).toContain('admin index-marked-deleted');
  });
});

test('a mailbox of the replica alone goes with its user', async () => {
  const pair = await unpack('user-deleted-master-logged', 'made');
  expect((await audit(pair)).verdict).toBe('safe');
  const uniqueid = '0wfe7ekzsav8vlkh3e0a8i9d';
  const from = mailboxDir(pair.replica, 'user.ben');
  const to = `${from.slice(0, -1)}d`;
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  const header = readFileSync(join(from, 'cyrus.header'), 'latin1');
  writeFileSync(
    join(to, 'cyrus.header'),
    header.replaceAll('0wfe7ekzsav8vlkh3e0a8i9c', uniqueid).replaceAll('user\x1fben', 'user\x1fben\x1fExtra'),
    'latin1',
  );
  editRows(pair.replica, (rows) => {
    for (const key of ['Nuser\x1fben', 'I0wfe7ekzsav8vlkh3e0a8i9c']) {
      const value = rows.get(key)!;
      rows.set(
        key.replace('ben', 'ben\x1fExtra').replace(/9c$/, '9d'),
        value.replaceAll('0wfe7ekzsav8vlkh3e0a8i9c', uniqueid).replaceAll('user\x1fben', 'user\x1fben\x1fExtra'),
      );
    }
  });
  const report = await audit(pair);
  expect(said(report, 'user.ben.Extra')).toContain('admin replica-mailbox-destroyed');
});

test.each([
  ['missing', (path: string) => rmSync(path)],
  ['empty', (path: string) => truncateSync(path)],
])('annotations.db of the master is %s, and the replica has rows', async (_, damage) => {
  const pair = await unpack('annotation-mailbox-replica-only', 'pairs');
  damage(join(pair.master, 'conf/annotations.db'));
  expect(said(await audit(pair))).toContain('admin mailbox-annotations-lost');
});

test('a mailbox of the same name that its header calls unused, and that has a record', async () => {
  const pair = makePair();
  const old = mailboxDir(pair.replica, FOLDER);
  const uniqueid = old.slice(-24);
  const other = `${uniqueid.slice(0, 23)}${uniqueid.endsWith('z') ? 'y' : 'z'}`;
  const moved = `${old.slice(0, -24)}${other}`;
  renameSync(old, moved);
  const header = readFileSync(join(moved, 'cyrus.header'), 'latin1');
  writeFileSync(join(moved, 'cyrus.header'), header.replaceAll(uniqueid, other), 'latin1');
  editRows(pair.replica, (rows) => {
    for (const [key, value] of [...rows].filter(([k, v]) => k.includes(uniqueid) || v.includes(uniqueid))) {
      rows.delete(key);
      rows.set(key.replace(uniqueid, other), value.replaceAll(uniqueid, other));
    }
  });
  expect(said(await audit(pair), FOLDER)).toContain('admin uniqueid-conflict');
  editIndex(join(moved, 'cyrus.index'), ({ header: bytes }) =>
    bytes.writeUInt32BE(0, indexField('header', 'lastUid').at),
  );
  expect(said(await audit(pair), FOLDER)).toContain('admin uniqueid-conflict');
});

describe('a name that was given to another mailbox', () => {
  test.each([
    ['user-renamed-name-reused-master', 'user.ben', 'user.fay'],
    ['shared-renamed-name-reused-master', 'shared.team', 'shared.crew'],
    ['shared-recreated-master', 'shared.team', 'DELETED.shared.team.6B09EB8A'],
  ])('%s: is not made before the old one has its new name', async (name, reused, renamed) => {
    const report = await audit(await unpack(name, 'made'));
    expect(said(report, reused)).toEqual(['admin name-held-on-replica']);
    expect(said(report, renamed)).toContain('admin rename-not-logged');
  });

  test.each([
    ['user-renamed-name-reused-master-logged', 'user.ben'],
    ['shared-renamed-name-reused-master-logged', 'shared.team'],
    ['user-recreated-master', 'user.ben'],
  ])('%s: replication carries both', async (name, reused) => {
    const report = await audit(await unpack(name, 'made'));
    expect([report.verdict, said(report, reused)]).toEqual(['safe', ['safe mailbox-only-on-master']]);
  });

  test('by a rename, and the old one is now another user’s', async () => {
    const report = await audit(await unpack('folder-given-away-name-reused-master', 'made'));
    expect(said(report, 'user.ada.Work')).toContain('admin rename-target-taken');
    // The replica's mailbox still counts for the quota root of its old owner.
    expect(said(report).filter((one) => one.includes('quota'))).toEqual([]);
  });
});

describe('an entry that one side lost, seen by an audit of its user alone', () => {
  test.each(['master', 'replica'] as const)('%s', async (side) => {
    const pair = makePair();
    dropEntry(pair[side], FOLDER);
    const report = await audit(pair, { users: ['u000000'] });
    expect(exitStatus(report, 'admin')).not.toBe(0);
    expect(said(report).some((line) => /^(admin|halt) entry-lost/.test(line))).toBe(true);
  });
});

test('a message file with an altered byte that has to travel is found at level files', async () => {
  const pair = await unpack('replica-missing-newest', 'pairs');
  const file = join(mailboxDir(pair.master, 'user.a'), '4.');
  const bytes = readFileSync(file);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(file, bytes);
  expect(said(await audit(pair, { level: 'files' }), 'user.a')).toContain('admin message-file-altered');
});

test('names that went round in a circle', async () => {
  const pair = makePair();
  const names = [1, 2, 3].map((n) => `${INBOX}.folder${String(n)}`);
  editRows(pair.master, (rows) => {
    const before = names.map((name) => findRow(rows, name));
    for (const [n, name] of names.entries()) {
      const taken = before[(n + 1) % 3]!;
      rows.set(before[n]!.key, taken.value);
      const dbname = name.replaceAll('.', '\x1f');
      const oldName = names[(n + 1) % 3]!.replaceAll('.', '\x1f');
      const key = `I${taken.uniqueid}`;
      rows.set(key, rows.get(key)!.replace(oldName, dbname));
    }
  });
  for (const [n, name] of names.entries()) {
    // Where the mailbox lies has not changed: its new name is in its header too.
    const file = join(mailboxDir(pair.master, name), 'cyrus.header');
    writeFileSync(file, readFileSync(file, 'latin1').replace(names[(n + 1) % 3]!, name), 'latin1');
  }
  const report = await audit(pair);
  for (const name of names) expect(said(report, name)).toContain('admin rename-target-taken');
});

test('a record that differs in its size alone', async () => {
  const pair = makePair();
  editIndex(join(mailboxDir(pair.replica, FOLDER), 'cyrus.index'), ({ records }) => {
    const { at } = indexField('record', 'size');
    records[1]!.writeUInt32BE(records[1]!.readUInt32BE(at) + 1, at);
  });
  expect(said(await audit(pair), FOLDER)).toContain('admin record-differs-unseen');
});

describe('a row of the list that cannot be decoded', () => {
  const content = { mailboxes: 400, messages: 0, mailboxesPerUser: 2, files: false };
  const user = 'u000090';

  test.each(['name', 'uniqueid'] as const)('by %s, is told once by any number of threads', async (kind) => {
    const pair = makePair(content);
    editRows(pair.replica, (rows) => {
      const { key, uniqueid } = findRow(rows, `user.${user}.folder1`);
      rows.set(kind === 'name' ? key : `I${uniqueid}`, '%(T e I');
    });
    const reports = [];
    for (const threads of [1, 2, 8]) reports.push(await audit(pair, { threads }));
    reports.push(await audit(pair, { users: [user] }));
    const told = reports.map((report) =>
      JSON.stringify(report.findings.filter(({ code }) => code === 'mbentry-unreadable')),
    );
    expect(JSON.parse(told[0]!)).toHaveLength(1);
    expect(new Set(told).size).toBe(1);
    expect(new Set(reports.slice(0, 3).map((r) => JSON.stringify([r.findings, r.mailboxes, r.users]))).size).toBe(1);
  });
});

test.each([{ users: ['u9*'] }, { mailboxes: ['shared.*'] }, { partitions: ['tape'] }])(
  'a filter that matches nothing is an error: %o',
  async (options) => {
    const error: unknown = await audit(makePair(), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuditError);
    expect(error).toMatchObject({ code: 'usage' });
  },
);

test('a symbolic link among the mailboxes is not followed, and said to be so', async () => {
  const pair = makePair();
  const parent = join(mailboxDir(pair.master, FOLDER), '..');
  mkdirSync(join(pair.dir, 'elsewhere'));
  symlinkSync(join(pair.dir, 'elsewhere'), join(parent, 'zzzzzzzzzzzzzzzzzzzzzzzz'));
  const report = await audit(pair);
  expect(report.unaudited).toMatchObject([{ what: 'spool directory', side: 'master' }]);
  expect(report.unaudited[0]!.reason).toContain('symbolic link');
  expect(exitStatus(report, 'admin')).toBe(3);
});

test('UNUSER in one of two channels for a user whose entries are lost', async () => {
  const pair = makePair({ mailboxes: 8 });
  writeFileSync(
    join(pair.master, 'imapd.conf'),
    `${readFileSync(join(pair.master, 'imapd.conf'), 'latin1')}sync_log: yes\nsync_log_channels: near far\n`,
  );
  for (const n of [0, 1, 2, 3]) dropEntry(pair.master, `user.u000001${n === 0 ? '' : `.folder${String(n)}`}`);
  mkdirSync(join(pair.master, 'conf/sync/near'), { recursive: true });
  mkdirSync(join(pair.master, 'conf/sync/far'), { recursive: true });
  writeFileSync(join(pair.master, 'conf/sync/far/log'), 'UNUSER u000001\n');
  const report = await audit(pair, { users: ['u000001'] });
  expect(said(report)).toContain('halt unuser-would-destroy-user');
  expect(report.verdict).toBe('halt');
});

/** Both rows of a mailbox. */
function dropEntry(side: string, mboxname: string): void {
  editRows(side, (rows: Rows) => {
    const { key, uniqueid } = findRow(rows, mboxname);
    rows.delete(key);
    rows.delete(`I${uniqueid}`);
  });
}

// Seeds 60 and 304 of the oracle: both sides look at each record of a user's mailboxes before the first is replicated.
test.each([
  ['a wrong checksum', 'master'],
  ['a wrong checksum', 'replica'],
  ['no GUID', 'master'],
  ['no GUID', 'replica'],
] as const)('a record with %s in the last mailbox on the %s stops the first', async (damage, side) => {
  const pair = makePair();
  editIndex(join(mailboxDir(pair.replica, INBOX), 'cyrus.index'), ({ header, records }) => {
    const modseq = header.readBigUInt64BE(indexField('header', 'highestmodseq').at) + 1n;
    header.writeBigUInt64BE(modseq, indexField('header', 'highestmodseq').at);
    records[0]!.writeBigUInt64BE(modseq, indexField('record', 'modseq').at);
    records[0]!.writeUInt32BE(2, indexField('record', 'systemFlags').at);
  });
  const before = said(await audit(pair), INBOX);
  expect(before).toContain('safe flags-copied-back');
  expect(before.filter((text) => !text.startsWith('safe '))).toEqual([]);

  const path = join(mailboxDir(pair[side], `${INBOX}.folder3`), 'cyrus.index');
  const { at } = indexField('record', 'guid');
  if (damage === 'no GUID') editIndex(path, ({ records }) => void records[0]!.fill(0, at, at + 20));
  else {
    const bytes = readFileSync(path);
    bytes[INDEX_HEADER + at]! ^= 1;
    writeFileSync(path, bytes);
  }
  expect(said(await audit(pair), INBOX)).toEqual(['admin blocked-by-mailbox', ...before]);
});

// Run: DELETED.user.ada.Gone.X renamed to user.ada.Gone on the replica, 3.6.1: it is moved back to DELETED there.
test.each([
  ['older than the delete', -1, 'safe mailbox-deleted-on-master'],
  ['as old as the delete', 0, 'safe mailbox-deleted-on-master'],
  ['newer than the delete', 1, 'admin mailbox-undeleted-on-replica'],
])('a mailbox that the master has deleted, with an entry on the replica that is %s', async (_, distance, expected) => {
  const pair = await unpack('deleted-master', 'made');
  const live = 'user.ada.Work';
  let deleted = '';
  let foldermodseq = 0;
  editRows(pair.master, (rows) => {
    const key = [...rows.keys()].find((name) => name.startsWith(`NDELETED\x1f${live.replaceAll('.', '\x1f')}`))!;
    deleted = key.slice(1).replaceAll('\x1f', '.');
    foldermodseq = Number(/ F (\d+) /.exec(rows.get(key)!)![1]);
  });
  editRows(pair.replica, (rows) => {
    const { key, uniqueid } = findRow(rows, live);
    for (const row of [key, `I${uniqueid}`])
      rows.set(row, rows.get(row)!.replace(/ F \d+ /, ` F ${String(foldermodseq + distance)} `));
  });
  expect(said(await audit(pair), deleted).filter((text) => !text.endsWith('header-values-differ'))).toEqual([expected]);
});

// Run: a folder made on both sides, with rights for ben and a comment of its owner on the replica, 3.6.1: both are gone.
describe('a mailbox of the replica that replication replaces, as it never held a message', () => {
  const name = 'user.a.New';
  const setAcl = (side: string): void =>
    editRows(side, (rows) => {
      const { key, uniqueid } = findRow(rows, name);
      for (const row of [key, `I${uniqueid}`])
        rows.set(row, rows.get(row)!.replace(/ A %\(([^)]*)\)/, ' A %($1 b lrs)'));
    });
  const setAnnotation = (side: string): void => {
    let uniqueid = '';
    editRows(side, (rows) => void ({ uniqueid } = findRow(rows, name)));
    const key = `${uniqueid}\0/comment\0[.OwNeR.]\0`;
    editRows(side, (rows) => rows.set(key, '\0\0\0\x04\0\0\0\0mine'), 'annotations.db');
  };
  const setOption = (side: string): void =>
    editIndex(join(mailboxDir(side, name), 'cyrus.index'), ({ header }) => {
      header.writeUInt32BE(5, indexField('header', 'options').at);
    });

  test.each([
    ['its ACL', setAcl],
    ['an annotation', setAnnotation],
    ['an option', setOption],
  ])('%s is lost, unless the master has it too', async (_, set) => {
    const pair = await unpack('uniqueid-both-empty', 'pairs');
    set(pair.replica);
    expect(said(await audit(pair), name)).toContain('admin replica-mailbox-settings-lost');
    set(pair.master);
    const both = said(await audit(pair), name);
    expect(both).toContain('safe empty-replica-mailbox-replaced');
    expect(both).not.toContain('admin replica-mailbox-settings-lost');
  });
});
