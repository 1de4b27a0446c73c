/** Threads that are started while others wait for the disk, with runners that do nothing. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditReply, TaskRunner } from '../../src/audit/audit.js';
import type { AuditTask } from '../../src/audit/run-task.js';
import { emptyResult } from '../../src/audit/unit-result.js';
import { DiskWait } from '../../src/pool/disk-wait.js';
import { growingRunner } from '../../src/pool/growing-runner.js';

const task: AuditTask = { kind: 'list', role: 'master' };
const reply: AuditReply = { ok: true, result: emptyResult() };

interface Started {
  readonly threads: number;
  readonly waiting: ((reply: AuditReply) => void)[];
  closed: boolean;
}

let started: Started[];
const start = (threads: number): TaskRunner => {
  const pool: Started = { threads, waiting: [], closed: false };
  started.push(pool);
  return {
    run: () => new Promise((resolve) => pool.waiting.push(resolve)),
    close: () => {
      pool.closed = true;
      return Promise.resolve();
    },
  };
};
const inHand = (): number[] => started.map(({ waiting }) => waiting.length);
const threads = (): number[] => started.map((pool) => pool.threads);

beforeEach(() => {
  started = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function submit(runner: TaskRunner, count: number): Promise<AuditReply>[] {
  return Array.from({ length: count }, () => runner.run(task));
}

describe('a growing runner', () => {
  test('starts more threads while those that run wait for the disk, up to the most', async () => {
    const asked: number[] = [];
    const share = (of: number): number => {
      asked.push(of);
      return 0.8;
    };
    const runner = growingRunner(start, { threads: 2, most: 7 }, { share });
    void submit(runner, 40);
    expect([threads(), inHand()]).toEqual([[2], [4]]);
    vi.advanceTimersByTime(500);
    expect([threads(), inHand()]).toEqual([
      [2, 2],
      [4, 4],
    ]);
    vi.advanceTimersByTime(5000);
    expect([threads(), inHand()]).toEqual([
      [2, 2, 3],
      [4, 4, 6],
    ]);
    expect(asked.slice(0, 3)).toEqual([2, 4, 7]);
    await runner.close();
    expect(started.every(({ closed }) => closed)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('starts none while the processors are busy, or when nothing waits for a thread', async () => {
    const runner = growingRunner(start, { threads: 2, most: 8 }, { share: () => 0.3 });
    void submit(runner, 40);
    vi.advanceTimersByTime(5000);
    expect(threads()).toEqual([2]);
    await runner.close();
    started = [];
    const idle = growingRunner(start, { threads: 2, most: 8 }, { share: () => 1 });
    void submit(idle, 4);
    vi.advanceTimersByTime(5000);
    expect(threads()).toEqual([2]);
    await idle.close();
  });

  test('every task has its reply', async () => {
    const runner = growingRunner(start, { threads: 1, most: 2 }, { share: () => 1 });
    const replies = submit(runner, 9);
    vi.advanceTimersByTime(500);
    let answered = 0;
    while (answered < 9) {
      for (const done of started.flatMap(({ waiting }) => waiting.splice(0))) {
        answered++;
        done(reply);
      }
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(await Promise.all(replies)).toEqual(Array.from({ length: 9 }, () => reply));
    await runner.close();
  });
});

describe('the share of time with the disk', () => {
  function meter(samples: readonly (number | undefined)[]): DiskWait {
    let reads = 0;
    let looks = 0;
    return new DiskWait(
      () => samples[reads++],
      () => looks++ * 100,
    );
  }

  test('is what the threads were not on a processor', () => {
    const wait = meter([0, 50, 250, 250]);
    expect([wait.share(2), wait.share(2), wait.share(4)]).toEqual([0.75, 0, 1]);
  });

  test('is none where the system does not tell', () => {
    const wait = meter([undefined, undefined, 30]);
    expect([wait.share(2), wait.share(2)]).toEqual([0, 0]);
  });

  test('of this process: idle is waiting, work is not', async () => {
    vi.useRealTimers();
    const wait = new DiskWait();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(wait.share(1)).toBeGreaterThan(0.2);
    for (const until = Date.now() + 100; Date.now() < until;);
    expect(wait.share(1)).toBeLessThan(0.2);
  });
});
