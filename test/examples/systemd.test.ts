import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exampleFile, makeMachine, onPair, readExample, type Machine } from '../support/example.js';
import { unpackPair } from '../support/fixture.js';
import { runTraced, whyNoStrace } from '../support/strace.js';

const service = readExample('cyraudit.service');
/** Every value of a setting; a line that ends with a backslash goes on. */
const settings = (name: string): string[] =>
  [...service.replaceAll(/\\\n\s*/g, ' ').matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-systemd-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
const analyze = (...args: readonly string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8', cwd: dir });

describe.skipIf(!hasAnalyze)('systemd-analyze', () => {
  test.each([
    ['as it is', (text: string) => text, 0, /^$/],
    ['with an unknown setting', (text: string) => text.replace('ProtectClock', 'ProtectWatch'), 0, /ProtectWatch/],
    ['without a program', (text: string) => text.replace(/\/bin\/sh/, '/bin/no-sh'), 1, /no-sh/],
  ] as const)('verify: %s', (_, change, status, stderr) => {
    writeFileSync(join(dir, 'cyraudit.service'), change(service));
    copyFileSync(exampleFile('cyraudit.timer'), join(dir, 'cyraudit.timer'));
    const ran = analyze('verify', '--man=no', './cyraudit.service', './cyraudit.timer');
    expect(ran.stderr).toMatch(stderr);
    expect(ran.status).toBe(status);
  });

  test('security: the service is locked in', () => {
    copyFileSync(exampleFile('cyraudit.service'), join(dir, 'cyraudit.service'));
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=10', './cyraudit.service');
    expect(stdout).toMatch(/Overall exposure level for cyraudit\.service: 0\.\d/);
    expect(status).toBe(0);
  });

  test('the timer starts every night', () => {
    const calendar = /^OnCalendar=(.*)$/m.exec(readExample('cyraudit.timer'))?.[1] ?? '';
    const { stdout } = analyze('calendar', '--iterations=2', '--base-time=2026-01-01 00:00:00 UTC', calendar);
    expect(stdout).toMatch(/Next elapse: Thu 2026-01-01 03:30:00/);
    expect(stdout).toMatch(/Iter(?:ation|\.) #2: Fri 2026-01-02 03:30:00/);
  });

  test.skipIf(whyNoStrace() !== undefined)(
    'an audit makes no system call that the service refuses, but one',
    async () => {
      const allowed = new Set<string>();
      for (const filter of settings('SystemCallFilter')) {
        const names = filter.replace(/^~/, '').split(' ').flatMap(callsOf);
        for (const name of names)
          if (filter.startsWith('~')) allowed.delete(name);
          else allowed.add(name);
      }
      expect(allowed.has('read')).toBe(true);
      expect(allowed.has('mount')).toBe(false);
      const pair = await unpackPair('split-brain', 'made');
      try {
        const { status, calls } = runTraced(['compare', pair.master, pair.replica, '--level', 'content'], []);
        expect(status).toBe(1);
        const used = new Set(calls.flatMap((call) => /^(\w+)\(/.exec(call)?.[1] ?? []));
        expect(used.has('pread64') || used.has('read')).toBe(true);
        // Memory protection keys: V8 asks whether there are any, and does without them.
        expect([...used].filter((name) => !allowed.has(name) && name !== 'pkey_alloc')).toEqual([]);
        expect(calls.filter((call) => call.startsWith('socket('))).toEqual([]);
      } finally {
        await pair.dispose();
      }
    },
  );
});

/** The system calls of a set, with those of the sets in it. */
function callsOf(name: string): string[] {
  if (!name.startsWith('@')) return [name];
  const { stdout } = analyze('syscall-filter', name);
  const members = stdout.split('\n').flatMap((line) => /^ {4}([@\w-]+)$/.exec(line)?.[1] ?? []);
  if (members.length === 0) throw new Error(`${name}: no such set of system calls`);
  return members.flatMap(callsOf);
}

describe('what the service runs', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = makeMachine();
  });
  afterEach(() => machine.dispose());

  test.each([
    ['clean', 0, '6', false],
    ['split-brain', 1, '4', true],
    ['list-truncated-master', 2, '2', true],
  ] as const)('%s: status %d, which only at 0 leaves the unit well', async (name, status, priority, warns) => {
    expect(settings('SuccessExitStatus')).toEqual([]);
    const [start = '', ...others] = settings('ExecStart');
    expect(others).toEqual([]);
    // As systemd.service(5) and systemd.unit(5) have it.
    const command = start
      .replaceAll('%%', '%')
      .replaceAll('$$', () => '$')
      .replace('/usr/local/bin/cyraudit', 'cyraudit');
    const pair = await unpackPair(name, 'made');
    try {
      const ran = machine.run(['sh', '-c'], onPair(command, pair, machine));
      expect([ran.status, ran.stdout]).toEqual([status, '']);
      // What journald makes a priority of; the verdict is the last line.
      const priorities = ran.stderr.split('\n').map((line) => /^<(\d)>event=/.exec(line)?.[1]);
      expect(priorities.slice(-2)).toEqual([priority, undefined]);
      expect(priorities.filter((one) => one !== undefined && Number(one) <= 4).length > 0).toBe(warns);
      const [report = '', ...files] = readdirSync(machine.reports).sort();
      expect(report).toMatch(/^\d{4}-\d\d-\d\d\.json$/);
      // What was not looked at to the end is due again.
      expect(files).toEqual(status === 2 ? [] : ['subset.json']);
    } finally {
      await pair.dispose();
    }
  });
});

const canClean = process.getuid?.() === 0 && spawnSync('systemd-tmpfiles', ['--version']).status === 0;
test.skipIf(!canClean)('systemd-tmpfiles makes the directory, and removes what is older than 90 days', () => {
  const root = join(dir, 'root');
  const conf = join(dir, 'cyraudit.conf');
  // The user may not be known here.
  const text = readExample('cyraudit.tmpfiles.conf').replace(' cyrus mail ', ' root root ');
  expect(text).toContain(' root root ');
  writeFileSync(conf, text);
  mkdirSync(root);
  const run = (action: string) => spawnSync('systemd-tmpfiles', [action, `--root=${root}`, conf], { encoding: 'utf8' });
  expect(run('--create')).toMatchObject({ status: 0, stderr: '' });
  const reports = join(root, 'var/lib/cyraudit');
  for (const [name, days] of [
    ['new.json', 1],
    ['kept.json', 89],
    ['old.json', 92],
  ] as const) {
    writeFileSync(join(reports, name), '');
    // Read today, all of them.
    utimesSync(join(reports, name), Date.now() / 1000, Date.now() / 1000 - days * 24 * 3600);
    readFileSync(join(reports, name));
  }
  expect(run('--clean')).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(reports).sort()).toEqual(['kept.json', 'new.json']);
});
