/** The witnesses for and against a mailbox list, and the budget for entries that it has lost. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import type { Report } from '../../src/generated/report.js';
import { textFormat } from '../../src/report/text/text-format.js';
import { auditPair, auditSide } from '../../src/run/audit.js';
import { runCli } from '../support/cli.js';
import { editRows, findRow, mailboxDir } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

const directories: string[] = [];
afterEach(() => {
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});

interface Pair {
  readonly master: string;
  readonly replica: string;
}

/** Two equal sides of users with two mailboxes each. */
function makePair(users: number): Pair {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-jury-'));
  directories.push(dir);
  const pair = { master: join(dir, 'master'), replica: join(dir, 'replica') };
  writeSide(pair.master, { mailboxes: users * 2, messages: 1, mailboxesPerUser: 2, seed: 1, files: false });
  cpSync(pair.master, pair.replica, { recursive: true, preserveTimestamps: true });
  return pair;
}

const folder = (user: number): string => `user.u${String(user).padStart(6, '0')}.folder1`;
const inbox = (user: number): string => `user.u${String(user).padStart(6, '0')}`;

function dropEntry(side: string, mboxname: string): void {
  editRows(side, (rows) => {
    const { key, uniqueid } = findRow(rows, mboxname);
    rows.delete(key);
    rows.delete(`I${uniqueid}`);
  });
}

/** Takes away the entry and the directory. */
function forget(side: string, mboxname: string): void {
  rmSync(mailboxDir(side, mboxname), { recursive: true });
  dropEntry(side, mboxname);
}

const audit = (pair: Pair, maxLost = 0, threads = 1): Promise<Report> =>
  auditPair({ ...pair, level: 'index', threads, maxLost });

const codes = ({ findings }: Report): string[] => findings.map(({ code }) => code);

/** `witness vote count examples` of every jury, by side. */
function juries({ findings }: Report): Record<string, readonly string[]> {
  const ofSide: Record<string, readonly string[]> = {};
  for (const { code, side, facts } of findings) {
    if (code !== 'mboxlist-distrusted' && code !== 'mboxlist-doubtful') continue;
    const lists = [facts['witnesses'], facts['votes'], facts['counts'], facts['examples']] as (string | number)[][];
    ofSide[`${side!} ${code}`] = lists[0]!.map((_, i) =>
      lists
        .map((list) => list[i])
        .join(' ')
        .trim(),
    );
  }
  return ofSide;
}

describe('--max-lost', () => {
  test.each([
    { lost: 2, maxLost: 0, code: 'entry-lost', verdict: 'halt', jury: 'master mboxlist-distrusted' },
    { lost: 2, maxLost: 1, code: 'entry-lost', verdict: 'halt', jury: 'master mboxlist-distrusted' },
    { lost: 2, maxLost: 2, code: 'entry-lost-tolerated', verdict: 'admin', jury: 'master mboxlist-doubtful' },
  ])('$lost entries lost, $maxLost allowed', async ({ lost, maxLost, code, verdict, jury }) => {
    const pair = makePair(4);
    for (let n = 0; n < lost; n++) dropEntry(pair.master, folder(n));
    const report = await audit(pair, maxLost);
    expect([report.verdict, report.maxLost]).toEqual([verdict, maxLost]);
    expect(codes(report).filter((c) => c.startsWith('entry-lost'))).toEqual([code, code]);
    expect(Object.keys(juries(report))).toEqual([jury]);
  });

  test('a budget is not spent on a list that has lost nothing', async () => {
    const report = await audit(makePair(2), 5);
    expect([report.verdict, report.maxLost, codes(report)]).toEqual(['clean', 5, []]);
  });

  test('on the command line', () => {
    const pair = makePair(4);
    dropEntry(pair.master, folder(0));
    const args = ['compare', pair.master, pair.replica, '--level', 'index'];
    const strict = runCli(args);
    const lenient = runCli([...args, '--max-lost', '1']);
    expect([strict.status, lenient.status]).toEqual([2, 1]);
    expect(lenient.stdout).toContain(`--level index --max-lost 1`);
    const wrong = runCli([...args, '--max-lost', 'some']);
    expect([wrong.status, wrong.stderr]).toEqual([3, expect.stringContaining('--max-lost')]);
  });
});

describe('the jury', () => {
  test('lists every witness with its vote, the first names, and the other side', async () => {
    const pair = makePair(6);
    for (const n of [4, 0, 3, 1]) dropEntry(pair.master, folder(n));
    editRows(pair.master, (rows) => rows.delete(`I${findRow(rows, folder(2)).uniqueid}`));
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), `MAILBOX ${inbox(0)}\n`);
    expect(juries(await audit(pair))).toEqual({
      'master mboxlist-distrusted': [
        'database-structure trusted 0',
        `rows-against-rows doubtful 1 ${folder(2)}`,
        'rows-against-headers trusted 0',
        'rows-against-directories trusted 0',
        `directories-against-rows broken 4 ${folder(0)} ${folder(1)} ${folder(3)}`,
        'other-side doubtful 4',
        'pending-logs trusted 0',
      ],
    });
  });

  test('on the replica a lost entry is a doubt', async () => {
    const pair = makePair(3);
    dropEntry(pair.replica, folder(1));
    const report = await audit(pair);
    expect(report.verdict).toBe('admin');
    expect(juries(report)['replica mboxlist-doubtful']).toContain(`directories-against-rows doubtful 1 ${folder(1)}`);
  });

  test('a single side has fewer witnesses', async () => {
    const { master } = makePair(3);
    dropEntry(master, folder(1));
    rmSync(mailboxDir(master, folder(2)), { recursive: true });
    expect(juries(await auditSide({ side: master, level: 'index', threads: 1 }))).toEqual({
      'single mboxlist-doubtful': [
        'database-structure trusted 0',
        'rows-against-rows trusted 0',
        'rows-against-headers trusted 0',
        `rows-against-directories doubtful 1 ${folder(2)}`,
        `directories-against-rows doubtful 1 ${folder(1)}`,
        'other-side silent 0',
        'pending-logs silent 0',
      ],
    });
  });

  test('a list that is lost: the other side and the pending log speak', async () => {
    const pair = makePair(3);
    writeFileSync(join(pair.master, 'conf/mailboxes.db'), '');
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), 'UNUSER u000001\n');
    const report = await audit(pair);
    expect([report.verdict, report.complete]).toEqual(['halt', false]);
    expect(juries(report)).toEqual({
      'master mboxlist-distrusted': [
        'database-structure broken 1 0 bytes',
        'rows-against-rows silent 0',
        'rows-against-headers silent 0',
        'rows-against-directories silent 0',
        'directories-against-rows silent 0',
        'other-side broken 6',
        'pending-logs broken 1 u000001',
      ],
    });
  });

  test('says nothing of a list that was not decoded, whatever the pending log holds', async () => {
    const pair = makePair(3);
    rmSync(join(pair.master, 'conf/mailboxes.db'));
    mkdirSync(join(pair.master, 'conf/mailboxes.db'));
    writeFileSync(join(pair.master, 'conf/mailboxes.db/.zsdb'), '');
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), 'UNUSER u000001\n');
    const report = await audit(pair);
    expect([report.complete, codes(report)]).toEqual([false, []]);
    expect(report.unaudited.map(({ what, side, reason }) => [what, side, reason])).toEqual([
      ['every mailbox', 'master', expect.stringContaining('zeroskip')],
    ]);
  });

  test('says nothing of lists that there was no time to look through', async () => {
    const pair = makePair(3);
    mkdirSync(join(pair.master, 'conf/sync'), { recursive: true });
    writeFileSync(join(pair.master, 'conf/sync/log'), 'UNUSER u000001\n');
    const report = await auditPair({ ...pair, level: 'index', threads: 1, signal: AbortSignal.abort() });
    expect([report.complete, codes(report)]).toEqual([false, []]);
    expect(report.unaudited.map(({ what, side }) => [what, side])).toEqual([
      ['every mailbox', 'master'],
      ['every mailbox', 'replica'],
    ]);
  });

  /** Of `users` users with two mailboxes, this many mailboxes of the first are unknown to the master. */
  test.each([
    { users: 9, unknown: 10, halts: true },
    { users: 10, unknown: 10, halts: false },
    { users: 6, unknown: 9, halts: false },
  ])('the master does not know $unknown of $users x 2', async ({ users, unknown, halts }) => {
    const pair = makePair(users);
    for (let n = 0; n < unknown; n++) forget(pair.master, n % 2 === 0 ? folder(n >> 1) : inbox(n >> 1));
    const report = await audit(pair);
    expect(juries(report)['master mboxlist-distrusted'] !== undefined).toBe(halts);
    if (halts) expect(juries(report)['master mboxlist-distrusted']).toContain('other-side broken 10');
    expect(report.counts.findings['user-only-on-replica']).toBe(unknown >> 1);
  });

  test('a partition that is not mounted says nothing about the list', async () => {
    const pair = makePair(3);
    rmSync(join(pair.master, 'spool'), { recursive: true });
    expect(codes(await audit(pair))).toEqual(['partition-empty']);
  });

  test('stands in the text once for a side, below the reasons and one line for each witness', async () => {
    const pair = makePair(4);
    dropEntry(pair.master, folder(0));
    dropEntry(pair.replica, folder(1));
    const text = textFormat.render(await audit(pair), { catalogue, color: false, width: 100 });
    const lines = text.split('\n');
    const at = (word: string): number => lines.findIndex((line) => line.endsWith(word));
    expect(at('mboxlist-distrusted')).toBeGreaterThan(at('entry-lost'));
    expect(at('mboxlist-doubtful')).toBeGreaterThan(at('entry-lost-on-replica'));
    expect(lines[at('mboxlist-distrusted') + 1]).toBe(
      '    master: 2 of the 6 witnesses that could be heard speak against the list',
    );
    expect(text).toContain(`        against the list  directories on disk against the rows: 1 (${folder(0)})\n`);
    expect(text.match(/pending sync logs/g)).toHaveLength(2);
  });

  test('any number of threads hears the same', async () => {
    const pair = makePair(50);
    for (let n = 0; n < 20; n++) dropEntry(pair.master, folder(n));
    for (let n = 20; n < 30; n++) rmSync(mailboxDir(pair.master, folder(n)), { recursive: true });
    expect(existsSync(mailboxDir(pair.replica, folder(20)))).toBe(true);
    for (const maxLost of [19, 20]) {
      const reports = [];
      for (const threads of [1, 2, 8]) reports.push(await audit(pair, maxLost, threads));
      expect(codes(reports[0]!)).toContain(maxLost === 20 ? 'entry-lost-tolerated' : 'entry-lost');
      for (const { findings } of reports) expect(findings).toEqual(reports[0]!.findings);
    }
  });
});
