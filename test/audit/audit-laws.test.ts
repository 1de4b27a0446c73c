/** What must hold of every audit, whatever it finds. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditPair, auditSide } from '../../src/run/audit.js';
import { runCli } from '../support/cli.js';
import { snapshotTree, unpackPair, type Collection, type UnpackedPair } from '../support/fixture.js';
import { multiplyUsers } from '../support/multiply-users.js';

const open: UnpackedPair[] = [];
afterEach(async () => {
  for (const pair of open.splice(0)) await pair.dispose();
});

async function unpack(name: string, collection: Collection = 'pairs'): Promise<UnpackedPair> {
  const pair = await unpackPair(name, collection);
  open.push(pair);
  return pair;
}

/** Everything of a report that may not depend on when or how it was made. */
function timeless(report: Report): string {
  return JSON.stringify({ ...report, startedAt: '', finishedAt: '', durations: {} });
}

describe('any number of threads gives the same report', () => {
  test.each(['fuzz-162', 'mboxlist-entry-lost-mailbox', 'user-blocked-by-one-mailbox', 'quota-differs-replica'])(
    '%s',
    async (name) => {
      const { master, replica } = await unpack(name);
      const reports = [];
      for (const threads of [1, 2, 8])
        reports.push(timeless(await auditPair({ master, replica, level: 'content', threads })));
      expect(new Set(reports).size).toBe(1);
    },
  );

  test('300 users with differences of every class', async () => {
    const { master, replica } = await unpack('split-brain', 'made');
    multiplyUsers(master, 300);
    multiplyUsers(replica, 300);
    const reports: Report[] = [];
    for (const threads of [1, 2, 8]) reports.push(await auditPair({ master, replica, level: 'files', threads }));
    const [first] = reports;
    expect(first!.complete).toBe(true);
    expect(first!.counts.mailboxes.admin).toBeGreaterThanOrEqual(300);
    // A split brain in each of them tells of a master that is older as a whole.
    expect(first!.findings.map(({ code }) => code)).toEqual(['master-older-than-replica']);
    for (const report of reports) expect(timeless(report)).toBe(timeless(first!));
  });

  test('where more differs than is listed', async () => {
    const { master, replica } = await unpack('lag', 'made');
    multiplyUsers(master, 100);
    multiplyUsers(replica, 100);
    const whole = await auditPair({ master, replica, level: 'index' });
    const safe = whole.mailboxes.reduce((sum, { findings }) => sum + findings.length, 0);
    expect(whole).not.toHaveProperty('loweredCaps');
    const reports: Report[] = [];
    for (const threads of [1, 2, 8])
      reports.push(await auditPair({ master, replica, level: 'index', threads, mostListed: Math.floor(safe / 2) }));
    const [first] = reports;
    expect(Object.keys(first!.loweredCaps!)).toEqual(['safe']);
    const cap = first!.loweredCaps!.safe!;
    for (const { findings } of first!.mailboxes)
      for (const { code } of findings)
        expect(findings.filter((other) => other.code === code).length).toBeLessThanOrEqual(cap);
    // Everything is still counted.
    expect(first!.counts.findings).toEqual(whole.counts.findings);
    for (const [i, { findings, notListed = {} }] of first!.mailboxes.entries()) {
      const rest = Object.values<number>(notListed).reduce((a, b) => a + b, 0);
      expect(findings.length + rest).toBe(whole.mailboxes[i]!.findings.length);
    }
    for (const report of reports) expect(timeless(report)).toBe(timeless(first!));
  });
});

/** Healthy pairs with much in them. */
const WHOLE: readonly (readonly [name: string, collection: Collection])[] = [
  ['clean', 'made'],
  ['lag', 'made'],
  ['sieve-clean', 'made'],
  ['legacy-layout-clean', 'made'],
  ['archive-meta-clean', 'made'],
  ['virtdomains-clean', 'made'],
  ['fuzz-000', 'pairs'],
  ['mailbox-renamed-master', 'pairs'],
  ['index-version-replica-12', 'pairs'],
];

describe('a side against its own copy is clean', () => {
  test.each(
    WHOLE.flatMap(([name, collection]) => (['master', 'replica'] as const).map((side) => ({ name, collection, side }))),
  )('$side of $collection/$name', async ({ name, collection, side }) => {
    const pair = await unpack(name, collection);
    const copy = join(pair.dir, 'copy');
    cpSync(pair[side], copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    const report = await auditPair({ master: pair[side], replica: copy, level: 'content', threads: 1 });
    expect(report.mailboxes).toEqual([]);
    expect(report.users).toEqual([]);
    expect(report.findings).toEqual([]);
    expect([report.verdict, report.complete]).toEqual(['clean', true]);
  });
});

describe('the sides may be swapped: the same UIDs are named', () => {
  const uids = (report: Report): string[] =>
    report.mailboxes
      .flatMap(({ mboxname, findings }) =>
        findings.flatMap(({ uid }) => (uid === undefined ? [] : [`${mboxname} ${String(uid)}`])),
      )
      .filter((line, i, all) => all.indexOf(line) === i)
      .sort();

  test.each([
    'fuzz-001',
    'fuzz-056',
    'fuzz-162',
    'flags-newer-master',
    'flags-newer-replica',
    'flags-both-equal-modseq',
    'replica-append-only',
    'replica-missing-newest',
    'replica-missing-middle-record',
    'splitbrain-append-uneven',
    'guid-differs-quiet',
    'expunged-replica-only-then-master-flags',
  ])('%s', async (name) => {
    const { master, replica } = await unpack(name);
    const there = uids(await auditPair({ master, replica, level: 'content', threads: 1 }));
    const back = uids(await auditPair({ master: replica, replica: master, level: 'content', threads: 1 }));
    expect(there.length).toBeGreaterThan(0);
    expect(back).toEqual(there);
  });
});

describe('nothing is written below a side', () => {
  test.each(['index', 'files', 'content'] as const)('compare and check at level %s', async (level) => {
    for (const [name, collection] of [
      ['split-brain', 'made'],
      ['file-missing-master-new', 'pairs'],
      ['mboxlist-file-truncated', 'pairs'],
      ['synclog-leftover', 'pairs'],
      ['index-truncated-master', 'pairs'],
    ] as const) {
      const { dir, master, replica } = await unpack(name, collection);
      const before = await snapshotTree(dir);
      await auditPair({ master, replica, level, threads: 2 });
      await auditSide({ side: master, level, threads: 1 });
      expect(await snapshotTree(dir)).toEqual(before);
    }
  });

  test('the program itself: compare, check and inspect of every file', async () => {
    const { dir, master, replica } = await unpack('split-brain', 'made');
    const before = await snapshotTree(dir);
    expect(runCli(['compare', master, replica, '--level', 'content']).status).toBe(1);
    expect(runCli(['check', master, '--level', 'content']).status).toBe(0);
    const files = before
      .filter(({ type, path }) => type === 'file' && path.startsWith('master/'))
      .map(({ path }) => join(dir, path));
    runCli(['inspect', ...files]);
    expect(await snapshotTree(dir)).toEqual(before);
  });
});
