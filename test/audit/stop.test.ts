/** An audit that ends before it is done says what it has not looked at. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSides, type AuditOptions, type TaskRunner } from '../../src/audit/audit.js';
import { closeTasks, runTask } from '../../src/audit/run-task.js';
import { makeReportValidator } from '../../src/cli/read-report.js';
import type { Report } from '../../src/generated/report.js';
import { toReply } from '../../src/pool/to-reply.js';
import { cliFile, runCli } from '../support/cli.js';
import { editIndex, indexField, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';
import { seeded } from '../support/random.js';

let dir = '';
const side = (role: string): string => join(dir, role);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-stop-'));
  writeSide(side('master'), { mailboxes: 600, messages: 2, mailboxesPerUser: 4, seed: 1 });
  cpSync(side('master'), side('replica'), { recursive: true, preserveTimestamps: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = toReply(runTask);

/** Audits in this thread. @param before is called before each task, which it may keep waiting */
function audit(options: AuditOptions, before: (n: number) => Promise<void> | undefined): Promise<Report> {
  let n = 0;
  return auditSides(
    [
      { role: 'master', source: side('master') },
      { role: 'replica', source: side('replica') },
    ],
    { level: 'index', threads: 1, ...options },
    {
      version: '0.0.0',
      startRunner: (plan): TaskRunner => ({
        run: async (task) => {
          await before(n++);
          return run({ plan, task });
        },
        close: () => {
          closeTasks();
          return Promise.resolve();
        },
      }),
    },
  );
}

const forever = (): Promise<void> => new Promise(() => undefined);

describe('a signal', () => {
  test('in the middle: what is done is reported, what is not is named, and nobody waits', async () => {
    const stop = new AbortController();
    const report = await audit({ signal: stop.signal }, (n) => {
      if (n < 6) return undefined;
      setImmediate(() => stop.abort('stopped by SIGTERM'));
      return forever();
    });
    expect(makeReportValidator()(report)).toBeUndefined();
    expect(report.complete).toBe(false);
    expect(report.counts.mailboxes.clean).toBeGreaterThan(0);
    expect(report.counts.mailboxes.clean).toBeLessThan(600);
    expect(new Set(report.unaudited.map(({ reason }) => reason))).toEqual(
      new Set(['not looked at: stopped by SIGTERM']),
    );
    // Those in hand by name, the rest by where it begins.
    const users = report.unaudited.flatMap(({ what }) => /^user (\S+)$/.exec(what)?.[1] ?? []);
    const from = report.unaudited.flatMap(({ what }) => /^all mailboxes from user (\S+) on$/.exec(what)?.[1] ?? []);
    expect(from).toHaveLength(1);
    expect([...users, ...from].sort()[0]).toBe(users.sort()[0]);
    expect(report.counts.users.clean + users.length).toBe(Number(from[0]!.slice(1)));
  });

  test('while the lists are looked through: nothing was looked at', async () => {
    const stop = new AbortController();
    const report = await audit({ signal: stop.signal }, () => {
      stop.abort('stopped by SIGINT');
      return forever();
    });
    expect(report.unaudited.map(({ what, side: role }) => `${role ?? ''} ${what}`)).toEqual([
      'master every mailbox',
      'replica every mailbox',
    ]);
  });
});

test('the end of the time that was given', async () => {
  const report = await audit({ maxDuration: 0.2 }, (n) => (n < 4 ? undefined : forever()));
  expect(report.complete).toBe(false);
  expect(report.unaudited[0]!.reason).toBe('not looked at: the time limit of 0.2 s was over');
  expect((await audit({ maxDuration: 60 }, () => undefined)).complete).toBe(true);
});

describe('the program', () => {
  const args = (...more: readonly string[]): string[] => ['compare', side('drifted'), side('replica'), ...more];
  /** There is something to look at again, later than anybody waits. */
  const waits = ['--level', 'index', '--recheck', '1', '--recheck-delay', '600'];

  beforeAll(() => {
    cpSync(side('master'), side('drifted'), { recursive: true, preserveTimestamps: true });
    const { at } = indexField('header', 'unseen');
    editIndex(join(mailboxDir(side('drifted'), 'user.u000001'), 'cyrus.index'), ({ header }) =>
      header.writeUInt32BE(99, at),
    );
  });

  const check = (text: string): Report => {
    const report = JSON.parse(text) as Report;
    expect(makeReportValidator()(report)).toBeUndefined();
    expect(report.complete).toBe(false);
    return report;
  };

  test.each(['SIGINT', 'SIGTERM'] as const)('on %s writes its reports and ends with 3', async (signal) => {
    const file = join(dir, `${signal}.json`);
    const child = spawn(process.execPath, [cliFile, ...args(...waits), '--report', `json=${file}`, '--report', 'text']);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    setTimeout(() => child.kill(signal), 4000);
    expect(await ended).toBe(3);
    const { unaudited, mailboxes } = check(readFileSync(file, 'utf8'));
    expect(unaudited).toEqual([{ what: 'user u000001', reason: `not looked at again: stopped by ${signal}` }]);
    expect(mailboxes.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['counter-stale']);
    expect(text).toContain(`stopped by ${signal}`);
  });

  test('--max-duration', () => {
    const { status, stdout } = runCli([...args(...waits), '--max-duration', '4s', '--report', 'json']);
    expect(status).toBe(3);
    expect(check(stdout).unaudited[0]!.reason).toContain('time limit of 4 s');
    expect(runCli(args('--max-duration', '0s')).status).toBe(3);
    expect(runCli(args('--max-duration', '5d')).stderr).toMatch(/such as 90s, 30m or 2h/);
  });

  test('a reader that goes away is no error', () => {
    const { status, stderr } = spawnSync('sh', [
      '-c',
      `"$0" "$@" | head -c 1; exit 0`,
      process.execPath,
      cliFile,
      ...args('--report', 'json'),
    ]);
    expect([status, stderr.toString()]).toEqual([0, '']);
  });

  test('killed at 50 moments it leaves its report whole or not at all, and nothing beside it', async () => {
    const random = seeded(1);
    const reports = mkdtempSync(join(dir, 'reports-'));
    const file = join(reports, 'report.json');
    for (let n = 0; n < 50; n++) {
      rmSync(file, { force: true });
      const child = spawn(process.execPath, [cliFile, ...args('--level', 'index', '--report', `json=${file}`)], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      setTimeout(() => child.kill('SIGKILL'), random.int(600));
      await ended;
      if (existsSync(file)) expect((JSON.parse(readFileSync(file, 'utf8')) as Report).mailboxes).toHaveLength(1);
      expect(readdirSync(reports).filter((name) => name !== 'report.json')).toEqual([]);
    }
  }, 120_000);
});
