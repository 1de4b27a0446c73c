/** Damage that shows only when all mailboxes are added up: just below and just above where each rule begins. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LIST_FINDINGS } from '../../src/findings/catalogue.js';
import type { ListSubject } from '../../src/findings/list/list-subject.js';
import type { Report } from '../../src/generated/report.js';
import { FLAG_ARCHIVED } from '../../src/model/index-file.js';
import { auditPair, auditSide } from '../../src/run/audit.js';
import { editIndex, indexField, mailboxDir } from '../support/edit-side.js';
import { writeSide, type SideContent } from '../support/encode/write-side.js';
import { unpackPair } from '../support/fixture.js';
import { multiplyUsers } from '../support/multiply-users.js';

const directories: string[] = [];
afterEach(() => {
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});

interface Pair {
  readonly master: string;
  readonly replica: string;
}

/** Two equal sides of users with two mailboxes each; a mailbox has six messages, modseq 2 to 7, if not told otherwise. */
function makePair(users: number, files = false, messages: SideContent['messages'] = 6): Pair {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-mass-'));
  directories.push(dir);
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: users * 2, messages, mailboxesPerUser: 2, seed: 1, files });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

async function unpack(name: string): Promise<Pair> {
  const pair = await unpackPair(name, 'made');
  directories.push(pair.dir);
  return pair;
}

const mboxnameOf = (n: number): string => `user.u${String(n >> 1).padStart(6, '0')}${n % 2 === 0 ? '' : '.folder1'}`;

const audit = (pair: Pair, level: 'index' | 'files' = 'index', threads = 1): Promise<Report> =>
  auditPair({ ...pair, level, threads });

const codes = ({ findings }: Report): string[] => findings.map(({ code }) => code);

/** Cuts the records behind the first `keep` off an index. */
function dropRecords(side: string, mboxname: string, keep: number, header: Readonly<Record<string, number>>): void {
  const path = join(mailboxDir(side, mboxname), 'cyrus.index');
  let length = 0;
  editIndex(path, ({ header: bytes, records }) => {
    bytes.writeUInt32BE(keep, indexField('header', 'numRecords').at);
    bytes.writeUInt32BE(keep, indexField('header', 'exists').at);
    for (const [name, value] of Object.entries(header)) {
      if (name === 'lastUid') bytes.writeUInt32BE(value, indexField('header', name).at);
      else bytes.writeBigUInt64BE(BigInt(value), indexField('header', name).at);
    }
    length = bytes.length + keep * records[0]!.length;
  });
  truncateSync(path, length);
}

/** What reconstruct does to records whose files it does not find. */
const reconstructed = (side: string, mboxname: string, keep: number): void =>
  dropRecords(side, mboxname, keep, { highestmodseq: 8, deletedmodseq: 8 });

/** The mailbox as it was before its last message came. */
const older = (side: string, mboxname: string): void =>
  dropRecords(side, mboxname, 5, { highestmodseq: 6, lastUid: 5 });

/** The last message of the mailbox is another one than on the other side. */
const splitBrain = (side: string, mboxname: string): void =>
  editIndex(join(mailboxDir(side, mboxname), 'cyrus.index'), ({ records }) => {
    records.at(-1)!.writeUInt8(0xa5, indexField('record', 'guid').at);
  });

/** Has these metadata files of both sides lie in `meta`, and all messages in `archive` if they are to be archived. */
const separate = ({ master, replica }: Pair, metaFiles: string, archived: boolean): void => {
  for (const side of [master, replica]) {
    const conf = join(side, 'imapd.conf');
    const archive = archived ? 'archive_enabled: yes\narchivepartition-default: archive\n' : '';
    const meta = `metapartition-default: meta\nmetapartition_files: ${metaFiles}\n`;
    writeFileSync(conf, readFileSync(conf, 'utf8') + meta + archive);
    for (const path of readdirSync(join(side, 'spool'), { recursive: true, encoding: 'utf8' })) {
      const name = basename(path);
      if (!name.includes('.')) continue;
      const isMessage = /^\d+\.$/.test(name);
      const roots = archived && (isMessage || name === 'cyrus.cache') ? ['archive'] : [];
      if (metaFiles.split(' ').includes(name.replace('cyrus.', ''))) roots.push('meta');
      for (const root of roots) {
        mkdirSync(dirname(join(side, root, path)), { recursive: true });
        cpSync(join(side, 'spool', path), join(side, root, path), { preserveTimestamps: true });
      }
      if (roots.length > 0) unlinkSync(join(side, 'spool', path));
      if (archived && name === 'cyrus.index') setArchived(join(side, 'meta', path));
    }
  }
};
const setArchived = (index: string): void =>
  editIndex(index, ({ records }) => {
    const { at } = indexField('record', 'systemFlags');
    for (const record of records) record.writeUInt32BE((record.readUInt32BE(at) | FLAG_ARCHIVED) >>> 0, at);
  });

const ALL_METADATA = 'header index cache annotations';

const found = (subject: ListSubject): string[] =>
  LIST_FINDINGS.flatMap((finding) => finding.find(subject)).map(({ code, class: c }) => `${c} ${code}`);

describe('records dropped on the master', () => {
  test.each([
    { emptied: 6, keep: 2, halts: false },
    { emptied: 7, keep: 2, halts: true },
    { emptied: 18, keep: 3, halts: false },
  ])('$emptied of 18 mailboxes keep $keep of 6 messages', async ({ emptied, keep, halts }) => {
    const pair = makePair(9);
    for (let n = 0; n < emptied; n++) reconstructed(pair.master, mboxnameOf(n), keep);
    const report = await audit(pair);
    expect(report.counts.findings['record-discarded-on-replica']).toBe(emptied * (6 - keep));
    expect(codes(report)).toEqual(halts ? ['messages-vanished-on-master'] : []);
    expect(report.verdict).toBe(halts ? 'halt' : 'admin');
    if (halts) {
      expect(report.findings[0]).toMatchObject({
        side: 'master',
        facts: { partition: 'default', filled: 18, emptied: 7, users: 4, messages: 28 },
      });
    }
  });

  test('with expunge_mode immediate it may be what users expunged', async () => {
    const pair = makePair(9);
    for (const side of [pair.master, pair.replica]) {
      const conf = join(side, 'imapd.conf');
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}expunge_mode: immediate\n`);
    }
    for (let n = 0; n < 12; n++) reconstructed(pair.master, mboxnameOf(n), 2);
    expect(codes(await audit(pair))).toEqual([]);
  });

  const vanished = { kind: 'vanished', partition: 'p', filled: 14, emptied: 5, units: 3, messages: 20 } as const;
  test.each([
    [vanished, true],
    [{ ...vanished, filled: 15 }, false],
    [{ ...vanished, filled: 4, emptied: 4 }, false],
    [{ ...vanished, units: 2 }, false],
    [{ ...vanished, messages: 19 }, false],
  ])('%o', (subject, halts) => {
    expect(found(subject)).toEqual(halts ? ['halt messages-vanished-on-master'] : []);
  });
});

describe('a master older than its replica', () => {
  test.each([
    { newer: 4, older: 0, halts: false },
    { newer: 5, older: 0, halts: true },
    { newer: 5, older: 4, halts: true },
    { newer: 5, older: 5, halts: false },
  ])('$newer users newer on the replica, $older on the master', async ({ newer, older: behind, halts }) => {
    const pair = makePair(20);
    for (let n = 0; n < newer; n++) older(pair.master, mboxnameOf(2 * n));
    for (let n = newer; n < newer + behind; n++) older(pair.replica, mboxnameOf(2 * n));
    const report = await audit(pair);
    expect(codes(report)).toEqual(halts ? ['master-older-than-replica'] : []);
    if (halts) expect(report.findings[0]!.facts).toEqual({ users: 20, differing: newer + behind, newer });
  });

  test.each([
    { clashing: 4, halts: false },
    { clashing: 5, halts: true },
  ])('$clashing users with a split brain, and nothing in the headers tells', async ({ clashing, halts }) => {
    const pair = makePair(20);
    for (let n = 0; n < clashing; n++) splitBrain(pair.master, mboxnameOf(2 * n));
    const report = await audit(pair);
    expect(codes(report)).toEqual(halts ? ['master-older-than-replica'] : []);
    if (halts) expect(report.findings[0]!.facts).toEqual({ users: 20, differing: 5, newer: 5 });
  });

  test('more mail on the master than on the replica is lag, in whatever number', async () => {
    const pair = makePair(10);
    for (let n = 0; n < 20; n++) older(pair.replica, mboxnameOf(n));
    const report = await audit(pair);
    expect(report.findings).toEqual([]);
    expect(report.counts.findings['record-only-on-master']).toBe(20);
  });

  const newer = { kind: 'newer', units: 49, differing: 9, newer: 5 } as const;
  test.each([
    [newer, true],
    [{ ...newer, units: 50 }, false],
    [{ ...newer, differing: 10 }, false],
    [{ ...newer, units: 4, differing: 4, newer: 4 }, false],
  ])('%o', (subject, halts) => {
    expect(found(subject)).toEqual(halts ? ['halt master-older-than-replica'] : []);
  });
});

describe.each(['master', 'replica'] as const)('message files gone on the %s', (side) => {
  test.each([
    { gone: [6, 6, 0, 0], halts: false },
    { gone: [6, 5, 1, 0], halts: false },
    { gone: [6, 5, 2, 0], halts: true },
  ])('$gone of 4 x 6', async ({ gone, halts }) => {
    const pair = makePair(2, true);
    for (const [n, files] of gone.entries()) {
      const dir = mailboxDir(pair[side], mboxnameOf(n));
      for (let uid = 1; uid <= files; uid++) {
        if (uid % 2 === 0) unlinkSync(join(dir, `${uid}.`));
        else truncateSync(join(dir, `${uid}.`));
      }
    }
    const report = await audit(pair, 'files');
    expect(codes(report)).toEqual(halts ? ['partition-files-gone'] : []);
    if (halts) {
      expect(report.findings[0]).toMatchObject({
        side,
        facts: { partition: 'default', path: join(pair[side], 'spool'), files: 24, gone: 13, mailboxes: 3 },
      });
    }
  });
});

test.each([
  [{ files: 20, gone: 11, mailboxes: 3 }, true],
  [{ files: 20, gone: 10, mailboxes: 3 }, false],
  [{ files: 19, gone: 19, mailboxes: 3 }, false],
  [{ files: 20, gone: 20, mailboxes: 2 }, false],
])('files gone: %o', (counts, halts) => {
  const subject = { kind: 'partition-files', side: 'single', partition: 'p', path: 'spool', ...counts } as const;
  expect(found(subject)).toEqual(halts ? ['halt partition-files-gone'] : []);
});

test('archived files that are gone are said to be gone from the archive', async () => {
  const pair = makePair(2, true);
  separate(pair, ALL_METADATA, true);
  for (let n = 0; n < 3; n++) {
    const dir = mailboxDir(pair.master, mboxnameOf(n)).replace('/spool/', '/archive/');
    for (let uid = 1; uid <= 6; uid++) unlinkSync(join(dir, `${uid}.`));
  }
  const report = await audit(pair, 'files');
  expect(codes(report)).toEqual(['partition-files-gone']);
  expect(report.findings[0]).toMatchObject({
    side: 'master',
    facts: { path: join(pair.master, 'archive'), files: 24, gone: 18, mailboxes: 3 },
  });
});

describe('a partition that is not mounted', () => {
  const empty = (path: string): void => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
  };

  test.each([
    ['archive', 'archive-partition-empty', empty],
    ['archive', 'archive-partition-empty', (path: string) => rmSync(path, { recursive: true })],
    ['meta', 'metapartition-empty', empty],
  ] as const)('%s: %s', async (name, code, unmount) => {
    const pair = await unpack('archive-meta-clean');
    expect(codes(await audit(pair))).toEqual([]);
    unmount(join(pair.master, name));
    const report = await audit(pair);
    expect(codes(report)).toEqual([code]);
    expect(report.findings[0]!.facts['path']).toBe(join(pair.master, name));
    expect([report.verdict, report.findings[0]!.side]).toEqual(['halt', 'master']);
    const single = await auditSide({ side: pair.master, level: 'index', threads: 1 });
    expect(codes(single)).toContain(code);
  });

  test.each([
    { metaFiles: ALL_METADATA, messages: 6, archived: false, halts: true },
    { metaFiles: ALL_METADATA, messages: [0, 1], archived: false, halts: true },
    { metaFiles: ALL_METADATA, messages: 0, archived: false, halts: false },
    { metaFiles: ALL_METADATA, messages: 6, archived: true, halts: false },
    // Every mailbox has an index, or a header, in the directory.
    { metaFiles: 'header cache annotations', messages: 0, archived: false, halts: true },
    { metaFiles: 'index cache annotations', messages: 0, archived: false, halts: true },
  ] as const)(
    'a data partition with nothing in it: $metaFiles elsewhere, $messages messages, archived: $archived',
    async ({ metaFiles, messages, archived, halts }) => {
      const pair = makePair(3, true, messages);
      separate(pair, metaFiles, archived);
      for (const level of ['index', 'files'] as const)
        expect([level, codes(await audit(pair, level))]).toEqual([level, []]);
      for (const unmount of [empty, (path: string) => rmSync(path, { recursive: true })]) {
        unmount(join(pair.master, 'spool'));
        for (const level of ['index', 'files'] as const) {
          const report = await audit(pair, level);
          expect([level, codes(report).includes('partition-empty')]).toEqual([level, halts]);
          if (!halts) expect(report.verdict).toBe('clean');
        }
        const single = await auditSide({ side: pair.master, level: 'index', threads: 1 });
        expect([single.verdict, codes(single)]).toEqual(halts ? ['halt', ['partition-empty']] : ['clean', []]);
      }
    },
  );

  test('an archive partition to which nothing was moved yet may be empty', async () => {
    const pair = await unpack('clean');
    for (const side of [pair.master, pair.replica]) {
      const conf = join(side, 'imapd.conf');
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}archive_enabled: yes\narchivepartition-default: archive\n`);
    }
    const report = await audit(pair);
    expect([report.verdict, codes(report)]).toEqual(['clean', []]);
  });
});

test('ordinary lag of 50 users shows no mass damage and summons no jury', async () => {
  const { master, replica } = await unpack('lag');
  multiplyUsers(master, 50);
  multiplyUsers(replica, 50);
  const report = await audit({ master, replica }, 'files');
  expect(report.counts.mailboxes.safe).toBeGreaterThan(50);
  expect(report.findings).toEqual([]);
});

test('any number of threads counts the same', async () => {
  const pair = makePair(60);
  for (let n = 0; n < 50; n++) reconstructed(pair.master, mboxnameOf(n), 1);
  for (let n = 50; n < 120; n += 2) older(pair.master, mboxnameOf(n));
  const reports = [];
  for (const threads of [1, 2, 8]) reports.push(await audit(pair, 'index', threads));
  expect(codes(reports[0]!)).toEqual(['master-older-than-replica', 'messages-vanished-on-master']);
  for (const { findings, counts } of reports)
    expect([findings, counts]).toEqual([reports[0]!.findings, reports[0]!.counts]);
});
