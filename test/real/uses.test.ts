/** The three uses that cyraudit is for, each from end to end on real Cyrus: every night, after a crash, as a gate in CI. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { as, deliver, populate, replicate } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { mustRun } from '../../fixtures/make/process.js';
import type { HeldFile } from '../../src/generated/held.js';
import type { Report, ReportMailbox } from '../../src/generated/report.js';
import { placedFindings, type PlacedFinding } from '../../src/report/finding-place.js';
import { runCli, type Ran } from '../support/cli.js';
import { junitProblem, junitValues } from '../support/junit-schema.js';
import { sarifProblem } from '../support/sarif-schema.js';
import { prepareUsers, startLoad } from './live/load.js';

let pair: Pair;
let work: string;

/** Each cuts off something else. */
const loadSeed = Number(process.env['CYRAUDIT_LOAD_SEED'] ?? '7');

/** Paths below a directory that end in this name. */
const messageFiles = (dir: string, name: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === name)
    .sort()
    .map((path) => join(dir, path));

const read = (name: string): string => readFileSync(join(work, name), 'utf8');

/** @param options every `FILE:` is a file of the work directory */
const compare = (...options: readonly string[]): Ran =>
  runCli([
    'compare',
    pair.master.confFile,
    pair.replica.confFile,
    ...options.map((option) => option.replace('FILE:', `${work}/`)),
  ]);

/** Different messages under one UID. */
async function splitBrain(user: string, n: number): Promise<void> {
  await as(pair.master, user, (client) => deliver(client, 'INBOX', n));
  await as(pair.replica, user, (client) => deliver(client, 'INBOX', n + 1));
}

describe.skipIf(whyNoCyrus() !== undefined)('in use', { timeout: 180_000 }, () => {
  beforeEach(async () => {
    work = mkdtempSync(join(tmpdir(), 'cyraudit-uses-'));
    chmodSync(work, 0o755);
    pair = await startPair();
  });
  afterEach(async () => {
    await pair.dispose();
    rmSync(work, { recursive: true });
  });

  test('every night: quiet while all is well, a mail and metrics when not, then only what is new', async () => {
    await populate(pair.master);
    await replicate(pair);
    const nightly = (name: string, ...options: readonly string[]): Ran =>
      compare(
        '--quiet',
        '--report',
        'text',
        '--report',
        `json=FILE:${name}.json`,
        '--report',
        'prometheus=FILE:metrics.prom',
        ...options,
      );
    expect(nightly('first')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(read('metrics.prom')).toMatch(/^cyraudit_exit_status\{[^}]*\} 0$/m);

    // Ordinary lag is no news.
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 20));
    expect(nightly('lag')).toEqual({ status: 0, stdout: '', stderr: '' });
    await replicate(pair);

    await splitBrain('ada', 30);
    const bad = nightly('second', '--baseline', 'FILE:first.json');
    expect([bad.status, bad.stderr]).toEqual([1, '']);
    expect(bad.stdout).toMatch(/^Replication may run except for 1 mailbox\.\n\nADMIN {2}/);
    expect(bad.stdout).toMatch(/^ {4}user\.ada uid 4: master holds /m);
    expect(bad.stdout).toMatch(/^ {4}Do: /m);
    expect(read('metrics.prom')).toMatch(/^cyraudit_exit_status\{[^}]*\} 1$/m);
    expect(read('metrics.prom')).toMatch(/^cyraudit_mailboxes\{class="admin"[^}]*\} 1$/m);

    // Known now: the next night is quiet, and the one in which something is new tells of that.
    expect(nightly('third', '--baseline', 'FILE:second.json')).toEqual({ status: 0, stdout: '', stderr: '' });
    await splitBrain('ben', 40);
    const next = nightly('fourth', '--baseline', 'FILE:third.json');
    expect(next.status).toBe(1);
    const { baseline, mailboxes, startedAt } = JSON.parse(read('fourth.json')) as Report;
    expect(baseline).toMatchObject({ new: 1, still: 1, resolved: [] });
    const isNew = mailboxes.map(({ mboxname, findings }) => [mboxname, findings[0]!.since === startedAt]);
    expect(isNew).toEqual([
      ['user.ada', false],
      ['user.ben', true],
    ]);
  });

  test('after a kill -9 under load: the safe list is replicated, who is held is left alone, and the advice leads to the end', async () => {
    await prepareUsers(pair.master);
    await replicate(pair);
    const load = startLoad(pair.master, loadSeed);
    await pause(4000);
    // Somebody has brought up the replica for a user.
    for (const n of [501, 502]) await as(pair.replica, 'ben', (ben) => deliver(ben, 'INBOX', n));
    await pair.master.kill();
    await load.stop().catch((error: unknown) => error);

    mkdirSync(join(work, 'plan'));
    chmodSync(join(work, 'plan'), 0o755);
    const resume = (): Ran =>
      runCli(['gate', 'resume', pair.master.confFile, pair.replica.confFile, '--into', join(work, 'plan')]);
    const held = (): string[] =>
      (JSON.parse(read('plan/held.json')) as HeldFile).held.map(({ userid, mboxname }) => userid ?? mboxname ?? '');
    await pair.master.start();
    const first = resume();
    expect([first.status, first.stderr], first.stdout).toEqual([1, '']);
    expect(held()).toContain('ben');
    const waiting = held();

    const before = stateOf('before');
    for (const [option, list] of [
      ['-u', 'users.txt'],
      ['-m', 'mailboxes.txt'],
    ] as const)
      expect((await pair.sync([option, '-f', join(work, 'plan', list)])).exit).toBe(0);
    const after = stateOf('after');
    for (const user of waiting) expect(after(user), user).toEqual(before(user));
    // All others are the same on both sides by now.
    const others = ['ada', 'ben', 'cai', 'dov'].filter((user) => !waiting.includes(user));
    expect(others.length).toBeGreaterThan(0);
    for (const user of others) expect(after(user), user).toEqual([]);

    expect(read('plan/held.txt')).toMatch(/HELD user ben, since .*\n/);
    await followAdvice();
    const last = resume();
    expect([last.status, last.stderr], last.stdout).toEqual([0, '']);
    expect(last.stdout).toMatch(/^GO: /);
    expect((await pair.syncAll()).exit).toBe(0);
    const { status } = compare('--level', 'content', '--report', 'json=FILE:last.json');
    const report = JSON.parse(read('last.json')) as Report;
    expect([status, report.complete]).toEqual([0, true]);
  });

  /** Does what every finding that asks for a person says, and audits again, until none does. What a kill leaves differs. */
  async function followAdvice(): Promise<void> {
    for (let round = 1; ; round++) {
      compare('--report', 'json=FILE:left.json', '--report', 'text=FILE:left.txt');
      const left = placedFindings(JSON.parse(read('left.json')) as Report).filter(
        ({ finding }) => finding.class !== 'safe',
      );
      if (left.length === 0) return;
      expect(round, read('left.txt')).toBeLessThanOrEqual(3);
      const steps = new Map<string, () => Promise<unknown>>();
      for (const placed of left) {
        const { code } = placed.finding;
        const advice = ADVICE[code];
        const printed = runCli(['explain', code]).stdout.replaceAll(/\s+/g, ' ');
        if (advice === undefined) throw new Error(`what is to be done here? ${read('left.txt')}${printed}`);
        expect(printed).toContain(advice.says);
        const [name, step] = advice.step(placed) ?? [];
        if (name !== undefined && step !== undefined) steps.set(name, step);
      }
      for (const step of steps.values()) await step();
    }
  }

  interface Advice {
    /** Words of what `explain` prints. */
    readonly says: string;
    /** What they mean for a finding, and its name, once for all findings that want the same. */
    readonly step: (placed: PlacedFinding) => readonly [name: string, step: () => Promise<unknown>] | undefined;
  }

  const replicateUser: Advice['step'] = ({ place }) => {
    const userid = place === undefined || !('userid' in place) ? undefined : place.userid;
    if (userid === undefined) throw new Error('of no user');
    return [`sync_client -u ${userid}`, async () => expect((await pair.syncUser(userid)).exit).toBe(0)];
  };

  const ADVICE: Readonly<Record<string, Advice>> = {
    'guid-mismatch': {
      says: 'If new UIDs are acceptable (POP3 users download again), run sync_client -u USER',
      step: replicateUser,
    },
    'guid-mismatch-one-expunged': { says: 'If a new UID is acceptable, run sync_client -u USER', step: replicateUser },
    'orphan-directory': {
      says: 'move the directory away',
      step: ({ finding: { facts } }) => {
        const path = String(facts['path']);
        return [
          path,
          async () => {
            // A folder that was being made: nobody misses anything in it.
            expect(readdirSync(path).filter((name) => /^\d+\.$/.test(name))).toEqual([]);
            await mustRun(['mv', path, join(work, basename(path))]);
          },
        ];
      },
    },
    'mboxlist-doubtful': {
      says: 'Settle the mailboxes that the witnesses name, each as its own finding says',
      step: () => undefined,
    },
    'header-disagrees-with-list': {
      says: 'rename the mailbox to a name that nobody has and back (cyradm: renamemailbox MAILBOX MAILBOX-renamed, then renamemailbox MAILBOX-renamed MAILBOX)',
      step: ({ place, finding: { facts, side } }) => {
        // A crash does not change a uniqueid.
        expect(facts['field']).toBe('name');
        const { mboxname } = place as ReportMailbox;
        return [
          `rename ${mboxname}`,
          () =>
            as(side === 'replica' ? pair.replica : pair.master, 'cyrus', async (admin) => {
              await admin.rename(mboxname, `${mboxname}-renamed`);
              await admin.rename(`${mboxname}-renamed`, mboxname);
            }),
        ];
      },
    },
  };

  /** What an audit finds between the sides in the mailboxes of a user. */
  function stateOf(name: string): (user: string) => unknown[] {
    compare('--report', `json=FILE:${name}.json`);
    const { mailboxes } = JSON.parse(read(`${name}.json`)) as Report;
    return (user) =>
      mailboxes
        .filter(({ userid }) => userid === user)
        .flatMap(({ mboxname, findings }) =>
          findings
            .filter(({ effects = [] }) => effects.some((effect) => effect !== 'none'))
            .map(({ code, uid, facts }) => [mboxname, code, uid, facts]),
        );
  }

  test('a gate in CI: a fixture with an accepted finding passes, a new one fails, both with JUnit and SARIF', async () => {
    await populate(pair.master);
    await replicate(pair);
    await splitBrain('ada', 30);
    await pair.stop();
    mkdirSync(join(work, 'pair'));
    await pair.copyStopped(join(work, 'pair'));
    const accept = join(work, 'accept.json');
    const entry = {
      code: 'guid-mismatch',
      mailbox: 'user.ada',
      uid: 4,
      reason: 'what it is for',
      expires: '2999-12-31',
    };
    writeFileSync(accept, JSON.stringify({ accepted: [entry] }));
    const gate = (): Ran & { readonly failures: readonly string[]; readonly results: readonly string[] } => {
      const ran = runCli([
        'compare',
        join(work, 'pair/master'),
        join(work, 'pair/replica'),
        '--level',
        'content',
        '--accept',
        accept,
        '--report',
        `junit=${join(work, 'gate.xml')}`,
        '--report',
        `sarif=${join(work, 'gate.sarif')}`,
      ]);
      const xml = read('gate.xml');
      const sarif = JSON.parse(read('gate.sarif')) as {
        runs: { results: { ruleId: string; suppressions?: unknown[] }[] }[];
      };
      expect([junitProblem(xml), sarifProblem(sarif)]).toEqual([undefined, undefined]);
      const results = sarif.runs[0]!.results.filter(({ suppressions = [] }) => suppressions.length === 0);
      return { ...ran, failures: junitValues(xml, '//failure', 'type'), results: results.map(({ ruleId }) => ruleId) };
    };
    const passes = gate();
    expect([passes.status, passes.stderr, passes.failures]).toEqual([0, '', []]);
    expect(passes.results).not.toContain('guid-mismatch');

    // Somebody commits a spool in which a message is cut off.
    const [uid2] = messageFiles(join(work, 'pair/replica/spool'), '2.');
    const size = statSync(uid2!).size;
    writeFileSync(uid2!, readFileSync(uid2!).subarray(0, size - 20));
    const fails = gate();
    expect([fails.status, fails.stderr, fails.failures]).toEqual([1, '', ['message-file-size']]);
    expect(fails.results).toContain('message-file-size');
  });
});
