import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findOtherChannels, readPendingLog, readPendingLogs } from '../../../src/sources/spool/pending-log.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cyraudit-log-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function channel(name: string, files: Readonly<Record<string, string>>): { channel: string; dir: string } {
  const dir = join(root, name);
  mkdirSync(dir);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text, 'latin1');
  return { channel: name, dir };
}

test('every type of line is kept by what it names', () => {
  const log = readPendingLog(
    channel('types', {
      log: [
        'USER u1',
        'META u2',
        'SIEVE u3',
        'UNUSER u4',
        'MAILBOX user.a',
        'APPEND user.b',
        'ACL user.c',
        'DOUBLEMAILBOX user.d "user.d.a b"',
        'UNMAILBOX user.e',
        'RENAME user.f user.g',
        'QUOTA user.h',
        'ANNOTATION ""',
        'ANNOTATION user.i',
        'SEEN u5 8p42qajt8i9twui14ffc1h4e',
        'SUB u6 user.j',
        'UNSUB u6 user.k',
        'FROBNICATE x',
        '',
      ].join('\n'),
    }),
  );
  expect(log).toEqual({
    channel: 'types',
    files: [join(root, 'types/log')],
    lines: 17,
    users: new Set(['u1']),
    meta: new Set(['u2', 'u3']),
    unuser: new Set(['u4']),
    mailboxes: new Set(['user.a', 'user.b', 'user.c', 'user.d', 'user.d.a b']),
    mailboxNames: 7,
    unmailbox: new Set(['user.e']),
    renames: new Set(['user.f\0user.g']),
    quotas: new Set(['user.h']),
    annotations: new Set(['', 'user.i']),
    seen: new Set(['u5\0' + '8p42qajt8i9twui14ffc1h4e']),
    subscriptions: new Set(['u6\0user.j', 'u6\0user.k']),
    unknownTypes: new Set(['FROBNICATE']),
    faults: [],
    unread: [],
  });
});

test('the batch in work and what dead readers left come before the log; nothing else is read', () => {
  const { files, users, faults } = readPendingLog(
    channel('files', {
      log: 'USER c\nUSER cut',
      'log-run': 'USER b\n',
      'log-4711': 'USER a\n',
      'log-old': 'USER x\n',
      'log-run.NEW': 'USER x\n',
      log2: 'USER x\n',
    }),
  );
  expect(files.map((path) => path.slice(root.length))).toEqual(['/files/log-4711', '/files/log-run', '/files/log']);
  expect([...users]).toEqual(['a', 'b', 'c']);
  expect(faults).toMatchObject([{ code: 'sync-log-partial-line', file: join(root, 'files/log'), offset: 7 }]);
});

test('no directory and no log are nothing pending; what is no file is told', () => {
  expect(readPendingLog({ channel: null, dir: join(root, 'gone') })).toMatchObject({ files: [], lines: 0, unread: [] });
  const link = channel('link', {});
  symlinkSync('/etc/passwd', join(link.dir, 'log'));
  mkdirSync(join(link.dir, 'log-run'));
  const { unread, files } = readPendingLog(link);
  expect(files).toEqual([]);
  expect(unread).toHaveLength(2);
  for (const reason of unread) expect(reason).toContain(link.dir);
});

test('a log of any size is read', () => {
  const big = channel('big', {});
  // A hole of zero bytes is one line that never ends.
  writeFileSync(join(big.dir, 'log'), 'USER a\n');
  truncateSync(join(big.dir, 'log'), 80 * 1024 * 1024);
  const { users, faults, unread } = readPendingLog(big);
  expect([...users]).toEqual(['a']);
  expect(faults).toMatchObject([{ code: 'sync-log-partial-line', offset: 7 }]);
  expect(unread).toEqual([]);
});

test('the channel of squatter serves no replica', () => {
  const channels = [channel('squatter', { log: 'USER a\n' }), channel('far', { log: 'USER b\n' })];
  expect(readPendingLogs({ enabled: true, channels }).map(({ channel: name }) => name)).toEqual(['far']);
});

test('a channel that cannot be looked at is told', () => {
  const { dir } = channel('odd', { log: 'USER a\n' });
  const problem = 'sync_log_channels: ../odd is no directory below sync';
  expect(readPendingLog({ channel: '../odd', dir, problem })).toMatchObject({ files: [], lines: 0, unread: [problem] });
});

describe('channels that imapd.conf does not name', () => {
  afterEach(() => {
    rmSync(join(root, 'sync'), { recursive: true });
  });
  const others = (): ReturnType<typeof findOtherChannels> =>
    findOtherChannels({ configDirectory: root, syncLog: { enabled: true, channels: [] } });
  const writeLog = (path: string): void => {
    mkdirSync(join(root, 'sync', path), { recursive: true });
    writeFileSync(join(root, 'sync', path, 'log'), 'USER a\n');
  };

  test('are found at any depth, and in a directory that is a link', () => {
    writeLog('sites/far/away');
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'log-run'), 'USER b\n');
    symlinkSync(elsewhere, join(root, 'sync/linked'));
    // Followed, it would never end.
    symlinkSync(join(root, 'sync'), join(root, 'sync/sites/circle'));
    writeLog('squatter');
    const { channels, unread } = others();
    expect([channels.map(({ channel: name }) => name), unread]).toEqual([['linked', 'sites/far/away'], []]);
  });

  test('no number of directories, and no depth, is too much', () => {
    mkdirSync(join(root, 'sync', ...Array<string>(20).fill('d')), { recursive: true });
    expect(others().unread).toEqual([
      expect.stringMatching(/too many directories: d\/d\/d\/d\/d\/d\/d\/d\/d and others/),
    ]);
    for (let n = 0; n < 1001; n++) mkdirSync(join(root, 'sync', String(n)), { recursive: true });
    expect(others().unread).toEqual([expect.stringMatching(/too many directories/)]);
  });
});
