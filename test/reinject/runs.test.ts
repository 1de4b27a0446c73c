/** Runs of the built program against a server of ours. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunLock } from '../../src/reinject/run-lock.js';
import { cliFile, runCli } from '../support/cli.js';
import { TestImapServer } from '../support/imap-server.js';
import { writeSplitPair, type SplitPair, type TestRecord } from '../support/salvage/split-pair.js';

let dir: string;
let pair: SplitPair;
let manifest: string;
let server: TestImapServer;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-run-lock-'));
  manifest = join(dir, 'manifest.json');
  const names = ['user.ada', 'user.ben', 'user.cid'];
  const recordsOf = (u: number): TestRecord[] => [1, 2].map((uid) => ({ uid, message: 10 * u + uid }));
  pair = writeSplitPair(
    names.map((mboxname, u) => ({ mboxname, records: recordsOf(u) })),
    names.map((mboxname) => ({ mboxname, records: [] })),
  );
  expect(runCli(['salvage', pair.old, pair.newer, '--report', `json=${manifest}`]).status).toBe(1);
  server = await TestImapServer.start({ mailboxes: { INBOX: [] }, appendTime: 100 });
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  server.stop();
  pair.dispose();
  rmSync(dir, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly stderr: string }>;
}

function reinject(args: readonly string[] = [], limit?: string): Started {
  const words = [
    process.execPath,
    cliFile,
    'reinject',
    manifest,
    '--to',
    `imap://127.0.0.1:${server.port}`,
    '--no-tls',
  ];
  const all = [...words, '--admin', 'cyrus', ...args];
  const [file, ...rest] = limit === undefined ? all : ['sh', '-c', `${limit}; exec "$@"`, 'sh', ...all];
  const child = spawn(file!, rest, {
    env: { ...process.env, CYRAUDIT_CONFIG: '', CYRAUDIT_IMAP_PASSWORD: 'x' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { child, ended: new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr }))) };
}

/** Of a run that has more to do. */
const isAtWork = (journal = `${manifest}.journal`): Promise<void> =>
  expect
    .poll(() => existsSync(journal) && readFileSync(journal, 'utf8').includes('intent'), { timeout: 20_000 })
    .toBe(true);

describe('--connections', () => {
  test.each([
    ['1', 1],
    ['2', 2],
    ['32', 3],
  ])('%s', async (value, expected) => {
    expect(await reinject(['--connections', value]).ended).toEqual({ status: 0, stderr: '' });
    expect(server.mostAppends).toBe(expected);
  });

  test.each(['0', '33', 'many', ''])('%j is refused', async (value) => {
    const { status, stderr } = await reinject(['--connections', value]).ended;
    expect(status).toBe(3);
    expect(stderr).toMatch(/--connections.*Expected a number of connections from 1 to 32/);
  });
});

describe.skipIf(process.platform !== 'linux')('a second run is refused while the first is at work', () => {
  test.each<[string, () => readonly string[]]>([
    ['with the same journal', () => []],
    [
      'with the journal under another name',
      () => {
        linkSync(`${manifest}.journal`, join(dir, 'other'));
        return ['--journal', join(dir, 'other')];
      },
    ],
    ['with a journal of its own, for the same server', () => ['--journal', join(dir, 'own')]],
  ])('%s, and goes on once that was killed', { timeout: 60_000 }, async (_, args) => {
    const first = reinject(['--rate', '1']);
    await isAtWork();
    const second = await reinject(args()).ended;
    expect(second.status).toBe(3);
    expect(second.stderr).toMatch(new RegExp(`another run of reinject, process ${String(first.child.pid)}, is `));
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await reinject().ended).toEqual({ status: 0, stderr: '' });
    expect(server.guidsOf('INBOX').length).toBe(6);
    expect(new Set(server.guidsOf('INBOX')).size).toBe(6);
  });

  test('and a plan is not', { timeout: 60_000 }, async () => {
    reinject(['--rate', '1']);
    await isAtWork();
    expect(await reinject(['--dry-run']).ended).toEqual({ status: 0, stderr: '' });
  });

  test('and a rehearsal on another server with another journal is not', async () => {
    const files = [join(dir, 'one'), manifest] as const;
    const first = await RunLock.hold(...files, 'imap:143');
    (await RunLock.hold(join(dir, 'two'), manifest, 'rehearsal:143')).release();
    await expect(RunLock.hold(join(dir, 'three'), manifest, 'imap:143')).rejects.toThrow(
      /another run of reinject, process \d+, is putting .*manifest\.json into imap:143/,
    );
    first.release();
    (await RunLock.hold(...files, 'imap:143')).release();
  });
});

/** With a limit for files of one block, of 512 or 1024 bytes. */
test('a disk that is full ends the work with what to do, and it goes on when there is room', async () => {
  const { status, stderr } = await reinject([], 'ulimit -f 1').ended;
  expect(status).toBe(3);
  expect(stderr).toMatch(/journal: expected to write what is put back, found an error \(EFBIG\)/);
  expect(await reinject().ended).toEqual({ status: 0, stderr: '' });
  expect(new Set(server.guidsOf('INBOX')).size).toBe(6);
  expect(server.guidsOf('INBOX').length).toBe(6);
}, 60_000);
