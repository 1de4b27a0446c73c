/** Tasks shared between the calling thread and a pool, with runners that do nothing. */
import { readFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AuditReply, TaskRunner } from '../../src/audit/audit.js';
import type { AuditTask } from '../../src/audit/run-task.js';
import { emptyResult } from '../../src/audit/unit-result.js';
import type { Report } from '../../src/generated/report.js';
import { shareTasks } from '../../src/pool/shared-runner.js';
import { runCli } from '../support/cli.js';
import { editRows, findRow, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

const task = (n: number): AuditTask => ({
  kind: 'units',
  units: [{ unit: { kind: 'shared', mboxname: String(n) } }],
  look: { number: 0, isRechecked: false, isLast: true },
});
const numberOf = (of: AuditTask): number => {
  const unit = of.kind === 'units' ? of.units[0]?.unit : undefined;
  return unit?.kind === 'shared' ? Number(unit.mboxname) : -1;
};
const done = (n: number): AuditReply => ({ ok: true, result: { ...emptyResult(), bytesRead: n } });
const numberIn = (reply: AuditReply): number | string => (reply.ok ? reply.result.bytesRead : reply.reason);

interface FakeRunner extends TaskRunner {
  readonly ran: number[];
  closed: number;
}

/** `work` decides when, and how, a task ends. */
function fake(work: (n: number) => Promise<AuditReply>): FakeRunner {
  const runner: FakeRunner = {
    ran: [],
    closed: 0,
    run: (of) => {
      runner.ran.push(numberOf(of));
      return work(numberOf(of));
    },
    close: () => {
      runner.closed++;
      return Promise.resolve();
    },
  };
  return runner;
}

const atOnce = (n: number): Promise<AuditReply> => Promise.resolve(done(n));
const soon = (n: number): Promise<AuditReply> =>
  new Promise((resolve) =>
    setTimeout(() => {
      resolve(done(n));
    }, 3),
  );
const never = (): Promise<AuditReply> => new Promise(() => undefined);

describe('shared tasks', () => {
  test('every task runs once, and each caller has its own reply', async () => {
    const here = fake(atOnce);
    const pool = fake(soon);
    const runner = shareTasks(here, pool, 2);
    const replies = await Promise.all(Array.from({ length: 60 }, (_, n) => runner.run(task(n))));
    expect(replies.map(numberIn)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect([...here.ran, ...pool.ran].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect([here.ran.length > 0, pool.ran.length > 0]).toEqual([true, true]);
    // Oldest first, wherever it runs.
    for (const { ran } of [here, pool]) expect(ran).toEqual([...ran].sort((a, b) => a - b));
  });

  test('the pool has two tasks per thread in hand, and no more', async () => {
    const here = fake(atOnce);
    const pool = fake(never);
    const runner = shareTasks(here, pool, 3);
    const replies = Array.from({ length: 20 }, (_, n) => runner.run(task(n)));
    await Promise.all(replies.slice(6));
    expect(pool.ran).toEqual([0, 1, 2, 3, 4, 5]);
    expect(here.ran).toEqual(Array.from({ length: 14 }, (_, i) => i + 6));
  });

  test('a pool that never comes up leaves all but what it has in hand to this thread, later tasks too', async () => {
    const here = fake(atOnce);
    const runner = shareTasks(here, fake(never), 1);
    void runner.run(task(0));
    void runner.run(task(1));
    expect(numberIn(await runner.run(task(2)))).toBe(2);
    expect(numberIn(await runner.run(task(3)))).toBe(3);
    expect(here.ran).toEqual([2, 3]);
  });

  test('a lost task is told to who asked for it, and its place is free again', async () => {
    const pool = fake((n) => (n < 2 ? Promise.resolve({ ok: false as const, reason: `lost ${n}` }) : soon(n)));
    const runner = shareTasks(fake(atOnce), pool, 1);
    const replies = await Promise.all(Array.from({ length: 8 }, (_, n) => runner.run(task(n))));
    expect(replies.map(numberIn)).toEqual(['lost 0', 'lost 1', 2, 3, 4, 5, 6, 7]);
    expect(pool.ran.length).toBeGreaterThan(2);
  });

  test('a runner that rejects is an error of this task alone', async () => {
    const pool = fake((n) => (n === 0 ? Promise.reject(new Error('planted')) : atOnce(n)));
    const runner = shareTasks(fake(atOnce), pool, 1);
    const replies = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => runner.run(task(n))));
    expect(replies.map(({ status }) => status)).toEqual(['rejected', ...new Array<string>(5).fill('fulfilled')]);
  });

  test('lists are looked through here, before anything is shared', async () => {
    const here = fake(atOnce);
    const pool = fake(atOnce);
    await shareTasks(here, pool, 4).run({ kind: 'list', role: 'master' });
    expect([here.ran.length, pool.ran.length]).toEqual([1, 0]);
  });

  test('closing ends both, and what still waits is told so without being run', async () => {
    const here = fake(atOnce);
    const pool = fake(never);
    const runner = shareTasks(here, pool, 1);
    const replies = Array.from({ length: 5 }, (_, n) => runner.run(task(n)));
    await runner.close();
    expect((await Promise.all(replies)).map((reply) => reply.ok)).toEqual(new Array(5).fill(false));
    expect((await runner.run(task(9))).ok).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    expect([here.ran, pool.ran, here.closed, pool.closed]).toEqual([[], [], 1, 1]);
  });
});

test('1, 2 and 8 threads report the same of a pair that is shared between them', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-shared-'));
  try {
    const [master, replica] = [join(dir, 'master'), join(dir, 'replica')];
    writeSide(master, { mailboxes: 120, messages: 1, mailboxesPerUser: 4, seed: 3, files: false });
    cpSync(master, replica, { recursive: true, preserveTimestamps: true });
    // Some of everything: a difference, a damaged index, a lost row, a directory that no list names.
    editRows(replica, (rows) => {
      const { key, value } = findRow(rows, 'user.u000003.folder1');
      rows.set(key, value.replace('lrswipkxtecdan', 'lrs'));
    });
    const index = join(mailboxDir(replica, 'user.u000020.folder2'), 'cyrus.index');
    rmSync(index);
    editRows(master, (rows) => {
      const { key, uniqueid } = findRow(rows, 'user.u000025.folder3');
      rows.delete(key);
      rows.delete(`I${uniqueid}`);
    });
    const reports = [1, 2, 8].map((threads) => {
      const file = join(dir, `${String(threads)}.json`);
      const { stderr } = runCli([
        'compare',
        master,
        replica,
        '--level',
        'index',
        '--threads',
        String(threads),
        '--quiet',
        '--report',
        `json=${file}`,
      ]);
      expect(stderr).toBe('');
      const { startedAt, finishedAt, durations, ...report } = JSON.parse(readFileSync(file, 'utf8')) as Report;
      expect(Date.parse(finishedAt) - Date.parse(startedAt)).toBe(durations.totalMs);
      return report;
    });
    expect(reports[0]!.counts.mailboxes.clean).toBe(117);
    expect(reports[0]!.complete).toBe(true);
    expect(Object.keys(reports[0]!.counts.findings).length).toBeGreaterThanOrEqual(3);
    for (const report of reports.slice(1)) expect(report).toEqual(reports[0]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
