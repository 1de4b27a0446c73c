/** What a server changes while it is audited is looked at again, and counts as it is then. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { auditSides, type AuditOptions } from '../../src/audit/audit.js';
import type { ListCheck } from '../../src/audit/check-list.js';
import { judgeList } from '../../src/audit/open-lists.js';
import type { UnauditedPart } from '../../src/audit/unit-result.js';
import type { ReportedFinding } from '../../src/model/effects.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { holdUp } from '../../src/sources/hold-up.js';
import { closeTasks, runTask, type AuditTask } from '../../src/audit/run-task.js';
import type { Report } from '../../src/generated/report.js';
import { auditPair } from '../../src/run/audit.js';
import { toReply } from '../../src/pool/to-reply.js';
import { buildTwoskip } from '../support/build-twoskip.js';
import { editIndex, editRows, findRow, indexField, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

const FOLDER = 'user.u000001.folder1';

let dir = '';
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function makePair(): { readonly master: string; readonly replica: string } {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-again-'));
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: 8, messages: 2, mailboxesPerUser: 4, seed: 1 });
  for (const name of readdirSync(pair.master, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(pair.master, name), 1e9, 1e9);
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

/** A first look at anything once more. */
const isAgain = (task: AuditTask): boolean =>
  (task.kind === 'walk' && task.again !== undefined) || (task.kind === 'units' && task.look.number > 0);

/**
 * Audits in this thread; `meanwhile` happens before the first task that is `when`, by default between the first look and
 * the second; `always` while any look is taken.
 */
async function audit(
  pair: { readonly master: string; readonly replica: string },
  meanwhile: () => void = () => undefined,
  options: AuditOptions = {},
  always: () => void = () => undefined,
  when = isAgain,
): Promise<{ readonly report: Report; readonly again: readonly AuditTask[] }> {
  const again: AuditTask[] = [];
  let isDue = true;
  const run = toReply(runTask);
  const report = await auditSides(
    [
      { role: 'master', source: pair.master },
      { role: 'replica', source: pair.replica },
    ],
    { level: 'index', threads: 1, ...options },
    {
      version: '0.0.0',
      startRunner: (plan) => ({
        run: (task) => {
          if (isDue && when(task)) {
            isDue = false;
            meanwhile();
          }
          if (isAgain(task)) again.push(task);
          always();
          return Promise.resolve(run({ plan, task }));
        },
        close: () => {
          closeTasks();
          return Promise.resolve();
        },
      }),
    },
  );
  return { report, again };
}

const codes = ({ findings, mailboxes }: Report): string[] =>
  [...findings, ...mailboxes.flatMap((mailbox) => mailbox.findings)].map(({ code }) => code);

/** Takes a mailbox out of the list and gives back how to put it in again. */
function dropEntry(side: string, mboxname: string): () => void {
  const kept: [string, string][] = [];
  editRows(side, (rows) => {
    const { key, uniqueid } = findRow(rows, mboxname);
    for (const name of [key, `I${uniqueid}`]) {
      kept.push([name, rows.get(name)!]);
      rows.delete(name);
    }
  });
  return () => {
    editRows(side, (rows) => {
      for (const [key, value] of kept) rows.set(key, value);
    });
  };
}

test('a pair at rest is not looked at twice', async () => {
  const { report, again } = await audit(makePair());
  expect([report.verdict, again]).toEqual(['clean', []]);
});

describe.each(['master', 'replica'] as const)('on the %s', (side) => {
  test('a directory whose entry came later is no finding, one whose entry is lost stays one', async () => {
    const pair = makePair();
    const putBack = dropEntry(pair[side], FOLDER);
    const lost = await audit(pair);
    expect(codes(lost.report)).toContain(side === 'master' ? 'entry-lost' : 'entry-lost-on-replica');
    expect(lost.again.map(({ kind }) => kind)).toContain('walk');
    expect(codes((await audit(pair, putBack)).report)).not.toContain('entry-lost');
    expect(codes((await audit(pair)).report)).toEqual([]);
  });

  test('the same for one user, where nothing is walked', async () => {
    const pair = makePair();
    const putBack = dropEntry(pair[side], FOLDER);
    const lost = await audit(pair, undefined, { users: ['u000001'] });
    expect(codes(lost.report).some((code) => code.startsWith('entry-lost'))).toBe(true);
    const { report } = await audit(pair, putBack, { users: ['u000001'] });
    expect([report.verdict, codes(report)]).toEqual(['clean', []]);
  });

  test('an entry whose directory is gone, and then is back', async () => {
    const pair = makePair();
    const path = mailboxDir(pair[side], FOLDER);
    const away = join(dir, 'away');
    renameSync(path, away);
    const gone = await audit(pair);
    expect(codes(gone.report)).toContain('mailbox-directory-missing');
    expect(gone.report.sides.map(({ mailboxes }) => mailboxes)).toEqual([8, 8]);
    const { report, again } = await audit(pair, () => renameSync(away, path));
    expect([report.verdict, report.complete]).toEqual(['clean', true]);
    expect(again).toMatchObject([{ kind: 'units', units: [{ unit: { userid: 'u000001' } }] }]);
    expect(report.sides.map(({ mailboxes }) => mailboxes)).toEqual([8, 8]);
    expect(report.counts.mailboxes.clean).toBe(8);
  });
});

test('what the second look cannot see keeps the finding of the first, and is unaudited', async () => {
  const pair = makePair();
  dropEntry(pair.master, FOLDER);
  const { report } = await audit(pair, () => rmSync(join(pair.master, 'conf/mailboxes.db')));
  expect(codes(report)).toContain('entry-lost');
  expect(report.complete).toBe(false);
});

describe('a server at work', () => {
  /** Something stale in an index of the replica. */
  function makeDrift(): { readonly pair: ReturnType<typeof makePair>; readonly index: string } {
    const pair = makePair();
    const index = join(mailboxDir(pair.replica, FOLDER), 'cyrus.index');
    const { at } = indexField('header', 'unseen');
    editIndex(index, ({ header }) => header.writeUInt32BE(99, at));
    return { pair, index };
  }
  /** As if it was written while the look that comes is taken. */
  const rewrite = (path: string) => () => {
    const soon = Date.now() / 1000 + 20;
    utimesSync(path, soon, soon);
  };

  test('what it changes at every look is busy and not audited', async () => {
    const { pair, index } = makeDrift();
    const { report, again } = await audit(pair, undefined, {}, rewrite(index));
    expect(report.mailboxes).toEqual([]);
    expect(report.unaudited).toMatchObject([{ what: 'mailbox', mboxname: FOLDER }]);
    expect(report.unaudited[0]!.reason).toMatch(/^busy/);
    expect(again.length).toBeGreaterThan(2);
  }, 20_000);

  test('a file of next year is at rest', async () => {
    const { pair, index } = makeDrift();
    utimesSync(index, Date.now() / 1000 + 3e7, Date.now() / 1000 + 3e7);
    await setTimeout(50);
    expect((await audit(pair)).again).toEqual([]);
  });

  test('what comes to rest counts as it is then', async () => {
    const { pair, index } = makeDrift();
    let looks = 0;
    const { report } = await audit(pair, undefined, {}, () => {
      looks++;
      if (looks < 5) rewrite(index)();
      if (looks === 5) utimesSync(index, 1e9, 1e9);
    });
    expect([report.complete, report.mailboxes.map(({ mboxname }) => mboxname)]).toEqual([true, [FOLDER]]);
  });

  test('--recheck reports what is still there, and counts what is not', async () => {
    const { pair, index } = makeDrift();
    const master = join(mailboxDir(pair.master, FOLDER), 'cyrus.index');
    const lasting = await audit(pair, undefined, { recheck: 2, recheckDelay: 0 });
    expect(lasting.report.mailboxes).toHaveLength(1);
    expect(lasting.report.recheck).toEqual({ looks: 2, delaySeconds: 0, settled: {} });
    const { report } = await audit(pair, () => copyFileSync(master, index), { recheck: 1, recheckDelay: 0 });
    expect([report.verdict, report.complete, report.counts.mailboxes.clean]).toEqual(['clean', true, 8]);
    expect(Object.values(report.recheck!.settled)).toEqual([1]);
  });

  test('--recheck does not count what is left out as busy as settled', async () => {
    const { pair, index } = makeDrift();
    let isAtRest = true;
    const { report } = await audit(
      pair,
      () => (isAtRest = false),
      { recheck: 1, recheckDelay: 0 },
      () => {
        if (!isAtRest) rewrite(index)();
      },
    );
    expect(report.unaudited.map(({ mboxname }) => mboxname)).toEqual([FOLDER]);
    expect(report.recheck!.settled).toEqual({});
  }, 20_000);

  describe('an audit that ends before the second look', () => {
    const hooked = async (
      pair: ReturnType<typeof makePair>,
      options: AuditOptions = { recheck: 1, recheckDelay: 0 },
    ): Promise<Report> => {
      // Past what counts as changed while the look was taken.
      await setTimeout(100);
      const stop = new AbortController();
      const { report } = await audit(
        pair,
        () => {
          stop.abort('stopped by SIGINT');
        },
        { ...options, signal: stop.signal },
      );
      return report;
    };

    test('tells what the first has found, and that it was not looked at again', async () => {
      const { pair } = makeDrift();
      const report = await hooked(pair);
      expect(report.mailboxes.map(({ mboxname }) => [mboxname, codes(report)])).toEqual([[FOLDER, ['counter-stale']]]);
      expect(report.unaudited).toEqual([{ what: 'user u000001', reason: 'not looked at again: stopped by SIGINT' }]);
      expect([report.counts.mailboxes.clean, report.sides.map(({ mailboxes }) => mailboxes)]).toEqual([7, [8, 8]]);
      expect(report.recheck?.settled).toEqual({});
    });

    test('keeps halt', async () => {
      const pair = makePair();
      dropEntry(pair.master, FOLDER);
      const report = await hooked(pair, { recheck: 1, recheckDelay: 0, users: ['u000001'] });
      expect([report.verdict, report.complete, codes(report)]).toEqual([
        'halt',
        false,
        expect.arrayContaining(['entry-lost']),
      ]);
    });

    test('the same with threads', async () => {
      const pair = makePair();
      dropEntry(pair.master, FOLDER);
      const stop = new AbortController();
      const report = await auditPair({
        ...pair,
        level: 'index',
        threads: 2,
        users: ['u000001'],
        recheck: 1,
        recheckDelay: 600,
        signal: stop.signal,
        onProgress: () => {
          setImmediate(() => {
            stop.abort('stopped by SIGINT');
          });
        },
      });
      expect([report.verdict, report.complete, codes(report)]).toEqual([
        'halt',
        false,
        expect.arrayContaining(['entry-lost']),
      ]);
    }, 20_000);

    test('does not tell what a server was changing', async () => {
      const { pair, index } = makeDrift();
      const stop = new AbortController();
      const { report } = await audit(
        pair,
        () => {
          stop.abort('stopped by SIGINT');
        },
        { signal: stop.signal },
        rewrite(index),
      );
      expect([report.mailboxes, report.counts.mailboxes.clean]).toEqual([[], 7]);
      expect(report.unaudited.map(({ what, reason }) => [what, reason])).toEqual([
        ['user u000001', 'not looked at again: stopped by SIGINT'],
        ['mailbox', 'busy: a server changed it meanwhile'],
      ]);
    });
  });

  test('a directory that only the last look misses does not speak against the list', async () => {
    const { pair, index } = makeDrift();
    const path = mailboxDir(pair.replica, FOLDER);
    const { report } = await audit(
      pair,
      () => {
        renameSync(path, join(dir, 'away'));
        const now = Date.now() / 1000;
        utimesSync(join(pair.replica, 'conf/mailboxes.db'), now, now);
        holdUp(50);
      },
      {},
      () => {
        if (existsSync(index)) rewrite(index)();
      },
      (task) => task.kind === 'units' && task.look.isLast,
    );
    expect(report.unaudited.map(({ mboxname }) => mboxname)).toEqual([FOLDER]);
    expect([codes(report), report.complete]).toEqual([[], false]);
  }, 20_000);
});

describe('a server in the middle of a commit', () => {
  const ROOT = 'user.u000001';
  const codesOfUsers = ({ users }: Report): string[] =>
    users.flatMap(({ findings }) => findings.map(({ code }) => code));

  /** The quota record counts a message that the index does not have yet. Gives back the path of the record. */
  function bookAhead(side: string): string {
    const path = join(side, 'conf/quota/u', ROOT);
    const text = readFileSync(path, 'latin1');
    const ahead = text.replace(/\(S \((\d+)/, (_, used: string) => `(S (${String(Number(used) + 3391)}`);
    expect(ahead).not.toBe(text);
    writeFileSync(path, ahead, 'latin1');
    return path;
  }

  /** Past what counts as written while the look was taken. */
  const wait = (): Promise<void> => setTimeout(100);

  test.each(['master', 'replica'] as const)(
    'quota that is booked before the index is no finding on the %s',
    async (side) => {
      const pair = makePair();
      const path = join(pair[side], 'conf/quota/u', ROOT);
      const before = readFileSync(path);
      bookAhead(pair[side]);
      await wait();
      // In place of an index that catches up.
      const { report, again } = await audit(pair, () => writeFileSync(path, before));
      expect([report.verdict, report.complete, codesOfUsers(report)]).toEqual(['clean', true, []]);
      expect(again).toHaveLength(1);
    },
  );

  /** The list of a side as a server that has just committed another transaction leaves it. */
  function touchList(side: string): void {
    const now = Date.now() / 1000;
    utimesSync(join(side, 'conf/mailboxes.db'), now, now);
  }

  test('the header of a mailbox whose row is renamed later is no finding', async () => {
    const { master, replica } = makePair();
    const header = join(mailboxDir(master, FOLDER), 'cyrus.header');
    const before = readFileSync(header);
    copyFileSync(join(mailboxDir(master, 'user.u000001.folder2'), 'cyrus.header'), header);
    const there = await audit({ master, replica });
    expect(codes(there.report)).toContain('header-disagrees-with-list');
    await wait();
    touchList(master);
    const { report } = await audit(
      { master, replica },
      () => writeFileSync(header, before),
      {},
      undefined,
      (task) => task.kind === 'units' && task.look.number === 3,
    );
    expect([report.verdict, report.complete, codes(report)]).toEqual(['clean', true, []]);
  }, 20_000);

  test('a directory whose row comes later than the second walk is no finding', async () => {
    const pair = makePair();
    const putBack = dropEntry(pair.replica, FOLDER);
    expect(codes((await audit(pair)).report)).toContain('entry-lost-on-replica');
    await wait();
    const { report } = await audit(
      pair,
      putBack,
      {},
      () => touchList(pair.replica),
      (task) => task.kind === 'walk' && task.again?.number === 2,
    );
    expect([codes(report), report.complete]).toEqual([['mailbox-only-on-master'], true]);
  }, 20_000);

  test('damage that was there all the time is told, though a server is at work beside it', async () => {
    const pair = makePair();
    const indexOf = (name: string): string => join(mailboxDir(pair.replica, `user.u000001.${name}`), 'cyrus.index');
    const { at } = indexField('header', 'unseen');
    for (const name of ['folder1', 'folder2']) editIndex(indexOf(name), ({ header }) => header.writeUInt32BE(99, at));
    const soon = Date.now() / 1000 + 30;
    const { report } = await audit(
      pair,
      () => {
        const justBefore = Date.now() / 1000 - 1;
        utimesSync(indexOf('folder1'), justBefore, justBefore);
        // Past what counts as written while the look is taken.
        holdUp(50);
      },
      {},
      () => utimesSync(indexOf('folder2'), soon, soon),
      (task) => task.kind === 'units' && task.look.isLast,
    );
    expect(report.mailboxes.map(({ mboxname }) => mboxname)).toEqual([FOLDER]);
    expect(report.unaudited.map(({ mboxname }) => mboxname)).toEqual(['user.u000001.folder2']);
  }, 20_000);

  test('what is another mailbox at every look is busy, and not found', async () => {
    const { master, replica } = makePair();
    const headerOf = (name: string): string => join(mailboxDir(master, name), 'cyrus.header');
    const headers = ['folder1', 'folder2', 'folder3'].map((name) => headerOf(`user.u000001.${name}`));
    const before = headers.map((path) => readFileSync(path));
    const foreign = readFileSync(headerOf('user.u000000.folder1'));
    let looks = 0;
    // Each look meets one of them in the middle of a rename.
    const { report } = await audit({ master, replica }, undefined, {}, () => {
      looks++;
      touchList(master);
      for (const [i, path] of headers.entries()) writeFileSync(path, i === looks % 3 ? foreign : before[i]!);
      holdUp(50);
    });
    expect(codes(report)).toEqual([]);
    expect(report.unaudited.map(({ reason }) => reason.slice(0, 4))).toEqual(['busy']);
  }, 20_000);

  test.each([
    ['damaged', (bytes: Buffer): void => void (bytes[bytes.length - 20]! ^= 1)],
    // As it is read while the pointers of its first record are written.
    ['empty', (bytes: Buffer): void => void buildTwoskip([]).copy(bytes)],
  ])(
    'a list that is %s and written to at every look is busy, and no reason to halt',
    async (_, damage) => {
      const pair = makePair();
      const path = join(pair.master, 'conf/mailboxes.db');
      const bytes = readFileSync(path);
      damage(bytes);
      writeFileSync(path, bytes);
      const soon = Date.now() / 1000 + 30;
      const { report } = await audit(pair, undefined, {}, () => utimesSync(path, soon, soon));
      expect(report.unaudited.map(({ side, reason }) => [side, reason.replace(/^.*: busy/, 'busy')])).toEqual([
        ['master', 'busy: a server wrote to it at every look'],
      ]);
      expect([codes(report), report.complete]).toEqual([[], false]);
    },
    20_000,
  );

  test('a list that was opened before it had its first mailbox is opened again', () => {
    const { master } = makePair();
    const path = join(master, 'conf/mailboxes.db');
    const bytes = readFileSync(path);
    writeFileSync(path, buildTwoskip([]));
    const opened = openSide({ role: 'master', source: master });
    writeFileSync(path, bytes);
    const check: ListCheck = {
      faults: [],
      isBusy: false,
      isEmpty: false,
      reopened: false,
      hints: { isRaw: false, annotationsAreDamaged: false },
      unstable: [],
      strayAclRows: [],
      annotationFaults: [],
    };
    const findings: ReportedFinding[] = [];
    const unaudited: UnauditedPart[] = [];
    const { side, list } = judgeList(opened, check, findings, unaudited);
    try {
      expect([...(list?.names() ?? [])]).toHaveLength(8);
      expect([findings, unaudited]).toEqual([[], []]);
    } finally {
      side.close();
    }
  });

  test('quota that stays wrong is told at the last look', async () => {
    const pair = makePair();
    bookAhead(pair.replica);
    await wait();
    const { report, again } = await audit(pair);
    expect([report.complete, codesOfUsers(report)]).toEqual([true, ['quota-usage-wrong']]);
    expect(again.length).toBeGreaterThan(1);
  }, 20_000);

  test('quota that was wrong before is told at the first', async () => {
    const pair = makePair();
    utimesSync(bookAhead(pair.replica), 1e9, 1e9);
    await wait();
    const { report, again } = await audit(pair);
    expect([codesOfUsers(report), again]).toEqual([['quota-usage-wrong'], []]);
  });

  test.each([
    ['written just now', (): number => Date.now() / 1000, 1],
    ['written long ago', (): number => 1e9, 0],
  ])('a counter of an index beside annotations %s', async (_, time, looks) => {
    const pair = makePair();
    const path = mailboxDir(pair.replica, FOLDER);
    const index = join(path, 'cyrus.index');
    const { at } = indexField('header', 'unseen');
    editIndex(index, ({ header }) => header.writeUInt32BE(99, at));
    utimesSync(index, 1e9, 1e9);
    utimesSync(join(path, 'cyrus.annotations'), time(), time());
    await wait();
    const { report, again } = await audit(pair, () =>
      copyFileSync(join(mailboxDir(pair.master, FOLDER), 'cyrus.index'), index),
    );
    expect([codes(report), again.length]).toEqual([looks === 0 ? ['counter-stale'] : [], looks]);
  });
});
