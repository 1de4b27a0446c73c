/** What is typed does what --help says of it: options of the built program that no other file of tests types. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateReport } from '../../src/generated/gate.js';
import type { Manifest } from '../../src/generated/manifest.js';
import type { Report } from '../../src/generated/report.js';
import { CLASSES } from '../../src/model/effects.js';
import { cliFile, runCli } from '../support/cli.js';
import { writeSide } from '../support/encode/write-side.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';
import { rootedCopy } from '../support/rooted-copy.js';
import { hasTerminal, runOnTerminal } from '../support/terminal.js';

let dir: string;
/** ada has a split brain, ben has nothing. */
let pair: UnpackedPair;
/** A saved report of it. */
let saved: string;
/** One user with many mailboxes, the same on both sides. */
let large: { readonly master: string; readonly replica: string };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-options-'));
  pair = await unpackPair('split-brain', 'made');
  saved = join(dir, 'saved.json');
  expect(runCli(['compare', pair.master, pair.replica, '--report', `json=${saved}`]).status).toBe(1);
  large = { master: join(dir, 'large-master'), replica: join(dir, 'large-replica') };
  writeSide(large.master, { mailboxes: 200, messages: 100, mailboxesPerUser: 200, files: false, seed: 5 });
  cpSync(large.master, large.replica, { recursive: true, preserveTimestamps: true });
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await pair.dispose();
});

function compare(args: readonly string[], of: { master: string; replica: string } = pair): Report & { status: number } {
  const { status, stdout, stderr } = runCli(['compare', of.master, of.replica, ...args, '--report', 'json']);
  expect(stderr).toBe('');
  return { ...(JSON.parse(stdout) as Report), status: status! };
}
const mailboxes = ({ counts }: Report): number => CLASSES.reduce((sum, of) => sum + counts.mailboxes[of], 0);

describe('what is looked at', () => {
  test('--mailbox and --partition', () => {
    const ada = compare(['--mailbox', 'user.ada', '--mailbox', 'user.nobody']);
    expect([ada.status, mailboxes(ada), ada.mailboxes.map(({ mboxname }) => mboxname)]).toEqual([1, 1, ['user.ada']]);
    const ben = compare(['--mailbox', 'user.ben']);
    expect([ben.status, mailboxes(ben)]).toEqual([0, 1]);
    const all = mailboxes(compare([]));
    expect(mailboxes(compare(['--partition', 'defau*']))).toBe(all);
    for (const args of [
      ['--partition', 'other'],
      ['--user', '', '--mailbox', 'user.ada'],
    ]) {
      const none = runCli(['compare', pair.master, pair.replica, ...args]);
      const asked = args.map((arg) => (arg.startsWith('--') ? arg : `'${arg}'`)).join(' ');
      expect([none.status, none.stderr.split('\n', 1)[0]]).toEqual([
        3,
        expect.stringContaining(`cyraudit: ${asked}: expected a mailbox that matches, found none.`),
      ]);
    }
  });

  test('--master-root, --replica-root, --engine and --replica-engine of compare', () => {
    const [master, replica] = [join(dir, 'm'), join(dir, 'r')];
    const confs = [rootedCopy(pair.master, master), rootedCopy(pair.replica, replica)] as const;
    const run = (...args: string[]) => runCli(['compare', ...confs, ...args, '--report', 'json']);
    const engines = ['--engine', '2.4.20', '--replica-engine', '3.8.7'];
    const { status, stdout } = run('--master-root', master, '--replica-root', replica, ...engines);
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(1);
    expect(report.mailboxes.map(({ mboxname }) => mboxname)).toEqual(['user.ada']);
    expect(report.sides).toMatchObject([
      { root: master, replicatesAs: { version: '2.4', from: 'given' } },
      { root: replica, replicatesAs: { version: '3.6', from: 'given' } },
    ]);
    // Without them the absolute paths are those of this machine.
    expect(run('--master-root', master)).toMatchObject({ status: 3, stdout: '' });
    expect(run('--replica-root', replica)).toMatchObject({ status: 3, stdout: '' });
  });

  test('--root of check', () => {
    const root = join(dir, 'one');
    const conf = rootedCopy(pair.master, root);
    expect(runCli(['check', conf, '--root', root])).toMatchObject({ status: 0, stderr: '' });
    expect(runCli(['check', conf])).toMatchObject({ status: 3, stdout: '' });
  });

  test('--master-root, --replica-root and --engine of gate', () => {
    const [master, replica] = [join(dir, 'gm'), join(dir, 'gr')];
    const confs = [rootedCopy(pair.master, master), rootedCopy(pair.replica, replica)] as const;
    const run = (...args: string[]) => runCli(['gate', 'resume', ...confs, ...args, '--report', 'json']);
    const { status, stdout } = run('--master-root', master, '--replica-root', replica, '--engine', '2.4.20');
    const gate = JSON.parse(stdout) as GateReport;
    expect([status, gate.held.map(({ userid }) => userid)]).toEqual([1, ['ada']]);
    // The command that asks again has them.
    expect(stdout).toContain(`--master-root ${master} --engine 2.4 --replica-root ${replica}`);
    expect(run('--master-root', master)).toMatchObject({ status: 3, stdout: '' });
  });

  test('--master-root and --replica-root of verify-user', () => {
    const [master, replica] = [join(dir, 'vm'), join(dir, 'vr')];
    const confs = [rootedCopy(pair.master, master), rootedCopy(pair.replica, replica)] as const;
    const run = (user: string, ...args: string[]) => runCli(['verify-user', user, ...confs, ...args]);
    const roots = ['--master-root', master, '--replica-root', replica];
    expect(run('ben', ...roots)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^OK user ben: /) as string,
    });
    expect(run('ada', ...roots, '--deadline', '5s')).toMatchObject({ status: 1 });
    expect(run('ben', '--master-root', master)).toMatchObject({ status: 3, stdout: '' });
  });

  test('--old-root and --new-root of salvage', () => {
    const [old, newer] = [join(dir, 'so'), join(dir, 'sn')];
    const confs = [rootedCopy(pair.master, old), rootedCopy(pair.replica, newer)] as const;
    const run = (...args: string[]) => runCli(['salvage', ...confs, ...args, '--report', 'json']);
    const { status, stdout } = run('--old-root', old, '--new-root', newer);
    const manifest = JSON.parse(stdout) as Manifest;
    expect([status, manifest.sides.map(({ root }) => root)]).toEqual([1, [old, newer]]);
    expect(manifest.messages.map(({ userid }) => userid)).toContain('ada');
    expect(run('--old-root', old)).toMatchObject({ status: 3, stdout: '' });
  });

  test('--engine of verify-user: a message that another release cannot bring back', () => {
    const run = (...args: string[]) =>
      runCli(['verify-user', 'ada', pair.master, pair.replica, '--deadline', '5s', ...args]);
    expect(run('--engine', '2.4.20')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/\(copyback-refused\)/) as string,
    });
    const own = run();
    expect([own.status, own.stdout]).toEqual([1, expect.stringMatching(/\(guid-mismatch\)/)]);
    expect(own.stdout).not.toContain('copyback-refused');
  });

  test('a list that cannot be read is no bug of verify-user', () => {
    const conf = rootedCopy(pair.replica, join(dir, 'vl'));
    const { status, stderr } = runCli(['verify-user', 'ben', pair.master, conf]);
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/^cyraudit: \/srv\/conf\/mailboxes\.db: expected a mailbox list, found [^\n]+\n$/),
    ]);
  });

  test('--level of verify-user: only content takes a message file apart', () => {
    const [master, replica] = ['lm', 'lr'].map((name) => join(dir, name)) as [string, string];
    for (const [from, to] of [
      [pair.master, master],
      [pair.replica, replica],
    ] as const)
      cpSync(from, to, { recursive: true, preserveTimestamps: true });
    flipByte(messageFiles(replica, 'ben')[0]!);
    const run = (level: string) =>
      runCli(['verify-user', 'ben', master, replica, '--level', level, '--deadline', '5s']);
    expect(run('files')).toMatchObject({ status: 0 });
    const { status, stdout } = run('content');
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^DIFFERS user ben: [^\n]+\n.*\(message-file-altered\)\n$/s),
    ]);
  });
});

describe('a gate', () => {
  const gate = (of: { master: string; replica: string }, question: string, ...args: string[]): GateReport => {
    const { stdout, stderr } = runCli(['gate', question, of.master, of.replica, ...args, '--report', 'json']);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as GateReport;
  };
  const failed = ({ checks }: GateReport): string[] => checks.flatMap(({ name, passed }) => (passed ? [] : [name]));

  test('--master-is-down is what cannot be seen of a copy', () => {
    const unknown = gate(large, 'failover', '--level', 'index');
    expect([unknown.answer, failed(unknown)]).toEqual(['stop', ['master-stopped']]);
    const said = gate(large, 'failover', '--level', 'index', '--master-is-down');
    expect([said.answer, said.level, failed(said)]).toEqual(['go', 'index', []]);
  });

  test('--level content takes the message files apart', () => {
    const replica = join(dir, 'gate-level');
    cpSync(pair.replica, replica, { recursive: true, preserveTimestamps: true });
    flipByte(messageFiles(replica, 'ben')[0]!);
    const of = { master: pair.master, replica };
    expect(gate(of, 'resume').held.map(({ userid }) => userid)).toEqual(['ada']);
    expect(gate(of, 'resume', '--level', 'content').held.map(({ userid }) => userid)).toEqual(['ada', 'ben']);
  });

  test('--accept', () => {
    const accept = join(dir, 'gate-accept.json');
    const entry = { code: 'guid-mismatch', mailbox: 'user.ada', reason: 'both are wanted', expires: '2999-12-31' };
    writeFileSync(accept, JSON.stringify({ accepted: [entry] }));
    // Who was accepted is held all the same.
    const accepted = gate(pair, 'resume', '--accept', accept);
    expect([accepted.answer, accepted.held.map(({ userid }) => userid)]).toEqual(['go-except', ['ada']]);
    // The command that asks again names it, once.
    expect(JSON.stringify(accepted).split('--accept').length).toBeGreaterThan(1);
    for (const { command = '' } of accepted.steps) expect(command.split('--accept').length).toBeLessThanOrEqual(2);
  });
});

/** Every message file of a user, by the names that only his mailboxes' directories have: what is not known is searched. */
function messageFiles(side: string, userid: string): string[] {
  const all = readdirSync(side, { recursive: true, encoding: 'utf8' }).filter((name) => /\/\d+\.$/.test(name));
  const headers = new Map(all.map((name) => [name, join(side, name, '../cyrus.header')]));
  return all
    .filter((name) => readFileSync(headers.get(name)!, 'latin1').includes(userid))
    .map((name) => join(side, name))
    .sort();
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(file, bytes);
}

describe('how it works', () => {
  test('--io-limit keeps to so many bytes a second', () => {
    const began = performance.now();
    const limited = compare(['--level', 'index', '--io-limit', '1'], large);
    const seconds = (performance.now() - began) / 1000;
    expect(limited.status).toBe(0);
    const megabytes = Number(limited.counts.bytesRead) / 1e6;
    expect(megabytes).toBeGreaterThan(3);
    // A second's worth may be read at once.
    expect(seconds).toBeGreaterThan(megabytes - 1.1);
  });

  test('--time-limit leaves out a user who takes longer', () => {
    const report = compare(['--level', 'index', '--io-limit', '1', '--time-limit', '1s'], large);
    expect([report.status, report.complete]).toEqual([3, false]);
    expect(report.unaudited.map(({ what }) => what)).toContain('user u000000');
    for (const { reason } of report.unaudited) expect(reason).toBe('not done within the time limit of 1 s');
  });

  test('--io-limit of gate', () => {
    const began = performance.now();
    const args = ['gate', 'resume', large.master, large.replica, '--level', 'index', '--io-limit', '1'];
    expect(runCli(args)).toMatchObject({ status: 0, stderr: '' });
    // More than 3 MB, of which a second's worth may be read at once.
    expect(performance.now() - began).toBeGreaterThan(1900);
  });

  test('--recheck and --recheck-delay of gate: what differs is looked at again, and asked for in the same way', () => {
    const began = performance.now();
    const args = ['gate', 'failover', pair.master, pair.replica, '--recheck', '2', '--recheck-delay', '1'];
    const { status, stdout } = runCli([...args, '--report', 'json']);
    expect(performance.now() - began).toBeGreaterThan(2000);
    const { steps } = JSON.parse(stdout) as GateReport;
    expect([status, steps.at(-1)!.command]).toEqual([2, `cyraudit ${args.join(' ')}`]);
  });

  test.each([['compare'], ['gate resume']])('--nice has %s run with the lowest priority', async (command) => {
    const child = spawn(process.execPath, [
      ...[cliFile, ...command.split(' '), pair.master, pair.replica, '--no-config', '--nice'],
      ...['--recheck', '1', '--recheck-delay', '60'],
    ]);
    try {
      const niceOf = (): string =>
        readFileSync(`/proc/${String(child.pid)}/stat`, 'latin1')
          .split(') ')[1]!
          .split(' ')[16]!;
      await expect.poll(niceOf, { timeout: 20_000 }).toBe('19');
    } finally {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    }
  });

  test.each<[string, (threads: string) => string[]]>([
    ['compare', (n) => ['compare', large.master, large.replica, '--threads', n, '--level', 'index']],
    ['gate', (n) => ['gate', 'resume', large.master, large.replica, '--threads', n, '--level', 'index']],
    // Without message files they differ, until the deadline.
    ['verify-user', (n) => ['verify-user', 'u000000', large.master, large.replica, '--threads', n, '--deadline', '3s']],
  ])('--threads of %s starts no more', async (_, args) => {
    const one = await mostThreads(args('1'));
    expect((await mostThreads(args('6'))) - one).toBeGreaterThanOrEqual(3);
  });
});

/** How many threads a run of the program had at most. */
async function mostThreads(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [cliFile, ...args, '--no-config'], { stdio: 'ignore' });
  let most = 0;
  const watch = setInterval(() => {
    try {
      most = Math.max(most, readdirSync(`/proc/${String(child.pid)}/task`).length);
    } catch {
      // It has ended.
    }
  }, 2);
  await once(child, 'close');
  clearInterval(watch);
  return most;
}

describe('--summary and --syslog', () => {
  test('--summary is the report summary, and takes its place among others', () => {
    const { status, stdout, stderr } = runCli(['compare', pair.master, pair.replica, '--summary']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^verdict=admin complete=yes [^\n]* message="Replication may run except for 1 mailbox\."\n$/,
    );
    expect(runCli(['render', saved, '--to', 'summary']).stdout.replace(/seconds=\S+/, '')).toBe(
      stdout.replace(/seconds=\S+/, ''),
    );
    expect(runCli(['check', pair.master, '--summary', '--report', `json=${join(dir, 's.json')}`]).stdout).toMatch(
      /^verdict=clean [^\n]*\n$/,
    );
    const two = runCli(['check', pair.master, '--summary', '--report', 'text']);
    expect(two.stderr).toMatch(/^cyraudit: --report: two reports cannot both go to stdout: text, summary\. [^\n]*\n$/);
  });

  test('--summary comes before the reports of a configuration file', () => {
    const file = join(dir, 'with-report.toml');
    writeFileSync(file, '[options]\nreport = ["text"]\n');
    const { stdout } = runCli(['check', pair.master, '--summary', '--config', file]);
    expect(stdout).toMatch(/^verdict=clean [^\n]*\n$/);
  });

  test('--syslog goes to stderr, whatever goes to stdout', () => {
    const { status, stdout, stderr } = runCli(['compare', pair.master, pair.replica, '--syslog']);
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^Replication may run except for 1 mailbox\.\n/)]);
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^<4>event=finding code=guid-mismatch class=admin user=ada mailbox=user\.ada uid=\d+ /);
    expect(lines.at(-1)).toMatch(/^<4>event=verdict not-shown=0 verdict=admin /);
    const seconds = /seconds=\S+/;
    expect(runCli(['render', saved, '--to', 'syslog']).stdout.replace(seconds, '')).toBe(stderr.replace(seconds, ''));
  });

  test('--quiet silences it for status 0 only', () => {
    expect(runCli(['check', pair.master, '--syslog', '--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(runCli(['check', pair.master, '--syslog', '--report', `json=${join(dir, 'q.json')}`])).toEqual({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^<6>event=verdict not-shown=0 verdict=clean [^\n]*\n$/) as string,
    });
  });
});

const ESCAPE = '\u001b[';

describe('colours', () => {
  const commands: readonly (readonly [name: string, args: () => string[]])[] = [
    ['compare', () => ['compare', pair.master, pair.replica]],
    ['check', () => ['check', pair.master]],
    ['render', () => ['render', saved]],
    ['explain', () => ['explain', 'guid-mismatch']],
    ['gate', () => ['gate', 'resume', pair.master, pair.replica]],
    ['salvage', () => ['salvage', pair.master, pair.replica]],
  ];

  test.each(commands)('%s --color, where no terminal is', (_, args) => {
    expect(runCli([...args(), '--color']).stdout).toContain(ESCAPE);
    expect(runCli(args()).stdout).not.toContain(ESCAPE);
  });

  test.skipIf(!hasTerminal).each(commands)('%s --no-color, on a terminal', (_, args) => {
    const quiet = ['explain', 'render', 'gate'].includes(args()[0]!) ? [] : ['--no-progress'];
    expect(runOnTerminal([...args(), ...quiet]).shown).toContain(ESCAPE);
    expect(runOnTerminal([...args(), ...quiet, '--no-color']).shown).not.toContain(ESCAPE);
    expect(runOnTerminal([...args(), ...quiet], { env: { NO_COLOR: '1' } }).shown).not.toContain(ESCAPE);
    expect(runOnTerminal([...args(), ...quiet], { env: { TERM: 'dumb' } }).shown).not.toContain(ESCAPE);
  });
});

describe.skipIf(!hasTerminal)('the progress bar', () => {
  const bars: readonly (readonly [name: string, args: () => string[], bar: RegExp])[] = [
    ['compare', () => ['compare', pair.master, pair.replica], /\d+\/\d+ mailboxes, \S+ records\/s, \S+ left/],
    ['check', () => ['check', pair.master], /\d+\/\d+ mailboxes, \S+ records\/s, \S+ left/],
    ['salvage', () => ['salvage', pair.master, pair.replica], /\d+ accounts?, \d+ records?/],
  ];

  test.each(bars)('%s --progress and --no-progress', (_, args, bar) => {
    const shown = (...more: string[]): string => runOnTerminal([...args(), ...more]).shown;
    expect(shown()).toMatch(bar);
    expect(shown('--no-progress')).not.toMatch(bar);
    expect(shown('--quiet')).not.toMatch(bar);
    expect(shown('--quiet', '--progress')).toMatch(bar);
    // Where nobody looks there is none.
    expect(runCli([...args(), '--progress']).stderr).toBe('');
  });
});

test('--max-lost is how many mailboxes may be lost without a trace', async () => {
  const lost = await unpackPair('list-entry-lost-master', 'made');
  try {
    expect(compare([], lost).status).toBe(2);
    expect(compare(['--max-lost', '1'], lost).status).toBe(1);
  } finally {
    await lost.dispose();
  }
});

test('--into of gate and of plan need a directory that is there', () => {
  const into = join(dir, 'plan');
  expect(runCli(['plan', saved, '--into', into])).toMatchObject({ status: 3, stdout: '' });
  mkdirSync(into);
  const planned = runCli(['plan', saved, '--into', into]);
  expect(planned).toMatchObject({ status: 1, stderr: '' });
  expect(planned.stdout).toMatch(/^1 user and 0 shared mailboxes may be replicated, 1 is held\.\n/);
  expect(planned.stdout).toContain(`\n  sync_client -C ${join(pair.master, 'imapd.conf')} -u -f ${into}/users.txt\n`);
  expect(readFileSync(join(into, 'users.txt'), 'utf8')).toMatch(/^ben$/m);
  expect(runCli(['gate', 'resume', pair.master, pair.replica, '--into', into])).toMatchObject({
    status: 1,
    stderr: '',
  });
  expect(readdirSync(into).sort()).toEqual(['held.json', 'held.txt', 'mailboxes.txt', 'users.txt']);
});
