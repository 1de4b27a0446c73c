import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuditError } from '../../src/model/audit-error.js';
import { verifyUser, type UserVerdict, type VerifyUserOptions } from '../../src/run/verify-user.js';
import { verdictText } from '../../src/cli/run-verify-user.js';
import { writeSide } from '../support/encode/write-side.js';
import { editIndex, editRows, findRow, indexField, mailboxDir, makeUserMetaPath } from '../support/edit-side.js';

let dir: string;
let master: string;
let replica: string;
const INBOX = 'user.u000000';
const FOLDER = 'user.u000000.folder1';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-verify-'));
  master = join(dir, 'master');
  replica = join(dir, 'replica');
  writeSide(master, { mailboxes: 6, messages: 5, seed: 1, mailboxesPerUser: 3 });
  cpSync(master, replica, { recursive: true, preserveTimestamps: true });
  // What was written at this moment counts as being written to.
  await pause(30);
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const verify = (options: Partial<VerifyUserOptions> = {}): Promise<UserVerdict> =>
  verifyUser({
    userid: 'u000000',
    master,
    replica,
    level: 'files',
    deadline: 3,
    threads: 1,
    ...options,
  });

const codes = ({ differences }: UserVerdict): string[] => differences.map(({ finding }) => finding.code);

/** Changes a flag of one message of the replica in place, header included or not; the second time it is as before. */
function flipFlag(mboxname = FOLDER): void {
  editIndex(join(mailboxDir(replica, mboxname), 'cyrus.index'), ({ records }) => {
    const { at } = indexField('record', 'systemFlags');
    records[0]!.writeUInt32BE(records[0]!.readUInt32BE(at) ^ 0x10, at);
  });
}

describe.each(['index', 'files', 'content'] as const)('at level %s', (level) => {
  test('a user who is the same on both sides', async () => {
    const verdict = await verify({ level });
    expect(verdict).toMatchObject({ state: 'same', differences: [], unfinished: [], mailboxes: 3, records: 15 });
    expect(verdict.rounds).toEqual([]);
  });

  test('a user who differs still at the deadline', async () => {
    flipFlag();
    const verdict = await verify({ level, deadline: 1 });
    expect(verdict.state).toBe('differs');
    expect(codes(verdict)).toContain('record-differs-unseen');
    expect(verdict.differences[0]).toMatchObject({ place: { mboxname: FOLDER } });
  });
});

describe('what cannot be read is never the same', () => {
  const asDirectory = (path: string): void => {
    rmSync(path, { force: true });
    mkdirSync(path);
  };
  test.each<[string, () => void]>([
    ['seen state', () => asDirectory(makeUserMetaPath(replica, INBOX, 'seen'))],
    ['subscriptions', () => asDirectory(makeUserMetaPath(master, INBOX, 'sub'))],
    ['quota', () => asDirectory(join(replica, 'conf/quota/u', INBOX))],
    ['annotations of messages', () => asDirectory(join(mailboxDir(replica, FOLDER), 'cyrus.annotations'))],
    ['annotations of the server', () => asDirectory(join(replica, 'conf/annotations.db'))],
    [
      'scripts',
      () => {
        for (const side of [master, replica])
          writeFileSync(join(side, 'imapd.conf'), `${readFileSync(join(side, 'imapd.conf'), 'utf8')}sievedir: sieve\n`);
        const below = makeUserMetaPath(replica, INBOX, 'seen').split('/').slice(-5, -1).join('/');
        mkdirSync(join(replica, 'sieve', dirname(below)), { recursive: true });
        writeFileSync(join(replica, 'sieve', below), 'no directory');
      },
    ],
    ['message files', () => asDirectory(join(mailboxDir(replica, FOLDER), '3.'))],
    ['the list', () => writeFileSync(join(replica, 'conf/mailboxes.db'), 'garbage')],
  ])('%s', async (_, make) => {
    make();
    await pause(30);
    // The list of a side may be what cannot be opened.
    const started = performance.now();
    const verdict = await verify({ deadline: 8 }).catch((error: unknown) => error as AuditError);
    // More time is of use where something differs, and of none where the rest cannot be read.
    if (!(verdict instanceof AuditError) && verdict.differences.length === 0) {
      expect(verdict).toMatchObject({ state: 'unfinished', unfinished: [] });
      expect(verdict.unread).not.toEqual([]);
      expect(performance.now() - started).toBeLessThan(7000);
      expect(verdictText('u000000', verdict, 8)).toMatch(
        /^NOT FINISHED user u000000: not everything could be read\.\n {2}not read: replica |^NOT FINISHED user u000000: not everything could be read\.\n {2}not read: master /,
      );
    }
    if (verdict instanceof AuditError) expect(verdict.message).toMatch(/mailboxes\.db/);
    else expect(verdict.state).not.toBe('same');
  });
});

test('what was not read of one mailbox is not forgotten when another of its task is looked at again', async () => {
  // The first of the task changes for as long as the second cannot be read.
  const data = mailboxDir(replica, FOLDER);
  const inbox = join(mailboxDir(master, INBOX), 'cyrus.index');
  renameSync(join(data, '3.'), join(data, '3.kept'));
  symlinkSync(join(data, '3.kept'), join(data, '3.'));
  await pause(30);
  const running = verify({ level: 'content', deadline: 2 });
  await pause(1000);
  utimesSync(inbox, new Date(), new Date());
  const { state, unfinished, unread, differences } = await running;
  expect([state, unfinished.length + unread.length + differences.length]).not.toEqual(['same', 0]);
});

test('names that are patterns, or look like one, are names', async () => {
  const name = `${INBOX}.[Gmail]*`;
  for (const side of [master, replica])
    editRows(side, (rows) => {
      const { key, value } = findRow(rows, FOLDER);
      rows.delete(key);
      rows.set(`N${name.replaceAll('.', '\x1f')}`, value.replaceAll(FOLDER, name));
    });
  rmSync(join(mailboxDir(replica, name), '3.'));
  await pause(30);
  const verdict = await verify({ deadline: 1 });
  expect(codes(verdict)).toContain('message-file-missing');
});

test('more differences than an audit lists are counted, and the worst is told first', async () => {
  for (const side of [master, replica]) rmSync(side, { recursive: true });
  writeSide(master, { mailboxes: 3, messages: 147, seed: 1, mailboxesPerUser: 3 });
  cpSync(master, replica, { recursive: true, preserveTimestamps: true });
  editRows(replica, (rows) => {
    for (const [key, value] of [...rows]) if (`${key}${value}`.includes('folder1')) rows.delete(key);
  });
  const folder = mailboxDir(master, 'user.u000000.folder2');
  for (let uid = 1; uid <= 147; uid++) rmSync(join(folder, `${String(uid)}.`));
  await pause(30);
  const verdict = await verify({ deadline: 1 });
  expect(verdict.counts).toEqual([
    { code: 'message-file-missing', class: 'admin', count: 147 },
    { code: 'mailbox-only-on-master', class: 'safe', count: 1 },
  ]);
  const [first, ...lines] = verdictText('u000000', verdict, 1).trimEnd().split('\n');
  expect(first).toBe('DIFFERS user u000000: 148 differences after 1 s.');
  expect(lines.slice(-2)).toEqual([
    '  and 97 more of message-file-missing (admin)',
    '  and 1 more of mailbox-only-on-master (safe)',
  ]);
  expect(lines.slice(0, -2).map((line) => /\(([a-z-]+)\)$/.exec(line)?.[1])).toEqual(
    Array.from({ length: 50 }, () => 'message-file-missing'),
  );
});

test('waits for what arrives, and looks only at the mailbox in which it does', async () => {
  flipFlag();
  const running = verify({ deadline: 15 });
  await pause(1000);
  flipFlag();
  const verdict = await running;
  expect([verdict.state, codes(verdict)]).toEqual(['same', []]);
  expect(verdict.rounds.length).toBeGreaterThan(0);
  for (const { mailboxes } of verdict.rounds) expect(mailboxes).toBeLessThanOrEqual(1);
});

test('a file beside the mailboxes counts', async () => {
  const quota = join(replica, 'conf/quota/u/user.u000000');
  const was = readFileSync(quota);
  writeFileSync(quota, was.toString().replace('1000000', '2000000'));
  const differing = await verify({ deadline: 1 });
  expect([differing.state, codes(differing)]).toEqual(['differs', ['quota-limit-differs']]);
  const running = verify({ deadline: 15 });
  await pause(1000);
  writeFileSync(quota, was);
  expect((await running).state).toBe('same');
});

test('a message file that is not what it was is found at level content alone, and other users count for nothing', async () => {
  const file = join(mailboxDir(replica, FOLDER), '3.');
  const bytes = readFileSync(file);
  bytes[bytes.length - 10]! ^= 1;
  writeFileSync(file, bytes);
  flipFlag('user.u000001');
  await pause(30);
  expect((await verify()).state).toBe('same');
  const verdict = await verify({ level: 'content', deadline: 1 });
  expect([verdict.state, codes(verdict)]).toEqual(['differs', ['message-file-altered']]);
});

test('a user who is on one side only differs, one who is on none is an error', async () => {
  editRows(replica, (rows) => {
    for (const key of [...rows.keys()]) if (key.includes('u000000')) rows.delete(key);
  });
  const verdict = await verify({ deadline: 1 });
  expect(verdict.state).toBe('differs');
  expect(codes(verdict)).toContain('mailbox-only-on-master');
  await expect(verify({ userid: 'nobody' })).rejects.toThrow(/neither side has an INBOX/);
});

test('what is written to all the time is not finished', async () => {
  const index = join(mailboxDir(master, FOLDER), 'cyrus.index');
  const writer = setInterval(() => {
    utimesSync(index, new Date(), new Date());
  }, 5);
  try {
    const verdict = await verify({ deadline: 1 });
    expect(verdict.state).toBe('unfinished');
    expect(verdict.unfinished.join('\n')).toMatch(
      /a server is still writing to it|folder1: its message files|the mailboxes/,
    );
  } finally {
    clearInterval(writer);
  }
});

test('what the deadline cuts off is named', async () => {
  const started = performance.now();
  const verdict = await verify({ deadline: 0.001 });
  expect(performance.now() - started).toBeLessThan(2000);
  expect(verdict.state).toBe('unfinished');
  expect(verdict.unfinished).toEqual([
    'the mailboxes and the files of the user beside them',
    ...['user.u000000', FOLDER, 'user.u000000.folder2'].map((name) => `${name}: its message files`),
  ]);
});
