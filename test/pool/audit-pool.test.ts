import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditSides } from '../../src/audit/audit.js';
import type { AuditPlan } from '../../src/audit/context.js';
import type { AuditTask } from '../../src/audit/run-task.js';
import { exitStatus } from '../../src/cli/exit-status.js';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { startPool } from '../../src/pool/audit-pool.js';
import { toReply } from '../../src/pool/to-reply.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';

const faultyWorker = new URL('../support/faulty-worker.mjs', import.meta.url).href;

let pair: UnpackedPair;
let plan: AuditPlan;
beforeAll(async () => {
  pair = await unpackPair('in-sync');
  plan = {
    sides: [
      { role: 'master', source: pair.master },
      { role: 'replica', source: pair.replica },
    ],
    level: 'index',
    findingCap: 100,
    maxLost: 0,
    users: [],
    mailboxes: [],
    partitions: [],
  };
});
afterAll(() => pair.dispose());

const taskFor = (userid: string): Extract<AuditTask, { kind: 'units' }> => ({
  kind: 'units',
  units: [{ unit: { kind: 'user', userid, inbox: `user.${userid}` } }],
  look: { number: 0, isRechecked: false, isLast: true },
});

describe('a task whose worker fails', () => {
  test.each([
    ['throws', /planted/],
    ['rejects', /planted later/],
    ['exits', /exit/i],
    ['dies', /planted, uncaught/],
    ['eats', /memory/i],
  ])('%s: it is lost with a reason, and the next one runs', async (userid, reason) => {
    const pool = startPool(plan, 1, faultyWorker);
    try {
      const lost = await pool.run(taskFor(userid));
      expect(lost.ok).toBe(false);
      if (!lost.ok) expect(lost.reason).toMatch(reason);
      const next = await pool.run(taskFor('a'));
      expect(next.ok && next.result.cleanMailboxes).toBe(3);
    } finally {
      await pool.close();
    }
  });

  test.each(['sleeps', 'spins'])('%s for ever: it is ended after its time, and the next one runs', async (userid) => {
    const pool = startPool({ ...plan, timeLimit: 2 }, 1, faultyWorker);
    try {
      // Of what the thread had in hand beside it nothing is known either.
      const [lost, beside] = await Promise.all([pool.run(taskFor(userid)), pool.run(taskFor('rejects'))]);
      expect(lost).toEqual({ ok: false, reason: 'not done within the time limit of 2 s' });
      expect(beside.ok).toBe(false);
      const next = await pool.run(taskFor('a'));
      expect(next.ok && next.result.cleanMailboxes).toBe(3);
    } finally {
      await pool.close();
    }
  });

  test('a worker that cannot load ends no wait in a hang', async () => {
    const file = new URL('../support/unloadable-worker.mjs', import.meta.url).href;
    const pool = startPool(plan, 3, file);
    const replies = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((userid) => pool.run(taskFor(userid))));
    replies.push(await pool.run(taskFor('a')));
    await pool.close();
    for (const reply of replies) {
      expect(reply.ok).toBe(false);
      if (!reply.ok) expect(reply.reason).toContain('planted while loading');
    }
  });

  test('a missing worker file is a reason too', async () => {
    const pool = startPool(plan, 1, new URL('no-such-worker.mjs', import.meta.url).href);
    expect(await pool.run(taskFor('a'))).toMatchObject({ ok: false });
    await pool.close();
  });
});

test('what was lost is unaudited by name, and the status says so', async () => {
  const report = await auditSides(
    plan.sides,
    { level: 'index', threads: 2 },
    {
      version: '0.0.0',
      startRunner: (sent, threads) => {
        const pool = startPool(sent, threads ?? 1, faultyWorker);
        return {
          close: () => pool.close(),
          run: (task) =>
            pool.run(task.kind === 'units' ? { ...task, units: [...task.units, ...taskFor('exits').units] } : task),
        };
      },
    },
  );
  expect(report.unaudited.map(({ what }) => what).sort()).toEqual(['user a', 'user b']);
  expect([report.verdict, report.complete, exitStatus(report, 'admin')]).toEqual(['clean', false, 3]);
  expect(makeReportValidator()(report)).toBeUndefined();
});

describe('toReply', () => {
  test('gives the result, or the stack of what was thrown', () => {
    expect(toReply((n: number) => n + 1)(1)).toEqual({ ok: true, result: 2 });
    const failed = toReply(() => {
      throw new RangeError('too far');
    })(undefined);
    expect(failed).toMatchObject({ ok: false });
    if (!failed.ok) expect(failed.reason).toMatch(/^RangeError: too far\n {4}at /);
  });

  test('what is thrown need not be an error', () => {
    const reply = toReply(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- code of others may do it
      throw 'words';
    })(undefined);
    expect(reply).toEqual({ ok: false, reason: 'words' });
  });
});
