/** The programme of `npm run bench` over small data: that all of it runs, and what it writes. Never how long it takes. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONSISTENT, CONTENT, LIST, SHOW, complaintOfReconstruct, contendersOf } from '../../bench/contenders.js';
import { NO_PAIR, listGroups } from '../../bench/datasets.js';
import { attain, gradeOf, type Attained, type Row } from '../../bench/goals.js';
import { TIME } from '../../bench/measure.js';
import { toMarkdown, type BenchResult } from '../../bench/table.js';
import { whyNoCyrus } from '../../fixtures/make/instance.js';

const root = join(import.meta.dirname, '../..');
const argv = ['--import', 'tsx', join(root, 'bench/main.ts'), '--quick', '--out'];

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-bench-test-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Every number in it, with where it is. */
function numbersIn(value: unknown, path = ''): [path: string, number: number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}/${key}`));
}

describe.skipIf(!existsSync(TIME))('npm run bench -- --quick', () => {
  let ran: { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  let result: BenchResult;
  beforeAll(() => {
    ran = spawnSync(process.execPath, [...argv, join(dir, 'out')], { cwd: root, encoding: 'utf8' });
    expect(ran.stderr).not.toContain('Error');
    result = JSON.parse(readFileSync(join(dir, 'out/bench.json'), 'utf8')) as BenchResult;
  }, 300_000);

  test('every contender of every group ran, or says why not', () => {
    expect(ran.status).toBe(0);
    const expected = listGroups(true).flatMap(({ name, sizes }) =>
      sizes.flatMap(({ label }) =>
        contendersOf(name, { ...NO_PAIR, label }, false).map((contender) => `${name}: ${label}: ${contender.name}`),
      ),
    );
    expect(result.rows.map(({ group, label, contender }) => `${group}: ${label}: ${contender}`)).toEqual(expected);
    for (const { runs, whyNot } of result.rows) expect(runs.length === 0).toBe(whyNot !== undefined);
    const unable = result.rows.filter(({ whyNot }) => whyNot !== undefined).map(({ contender }) => contender);
    if (whyNoCyrus() === undefined) expect(unable.every((name) => name.endsWith('cold cache'))).toBe(true);
  });

  test('every number is one', () => {
    const numbers = numbersIn(result);
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers.filter(([, number]) => !Number.isFinite(number))).toEqual([]);
    // JSON has null for what is none.
    expect(JSON.stringify(result)).not.toContain('null');
    for (const { runs } of result.rows)
      for (const { wallS, peakMiB } of runs) expect(Math.min(wallS, peakMiB)).toBeGreaterThan(0);
    for (const line of result.attained) expect(line.value === undefined).toBe(line.whyNot !== undefined);
  });

  test('the table has every line, and names no machine', () => {
    const markdown = readFileSync(join(dir, 'out/bench.md'), 'utf8');
    expect(ran.stdout).toBe(markdown);
    expect(markdown).toBe(toMarkdown(result));
    const lines = markdown.split('\n').filter((line) => line.startsWith('| '));
    // A head and a rule for each table.
    expect(lines).toHaveLength(result.rows.length + result.attained.length + 2 * (1 + result.groups.length));
    for (const line of lines) expect(line).not.toMatch(/NaN|Infinity|undefined/);
    expect(markdown).not.toContain(tmpdir() + '/');
  });

  test('nothing is left behind when it is stopped', async () => {
    const TMPDIR = join(dir, 'tmp');
    mkdirSync(TMPDIR);
    const made = (): string[] => readdirSync(TMPDIR).filter((name) => name.startsWith('cyraudit-'));
    const child = spawn(process.execPath, [...argv, dir], {
      cwd: root,
      env: { ...process.env, TMPDIR },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (made().length === 0) await setTimeout(20);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(made()).toEqual([]);
  });
});

describe('floors and goals', () => {
  const line = (values: Partial<Attained>): Attained => ({ data: 'd', what: 'w', unit: 'x', ...values });

  test.each([
    [line({ floor: 2, goal: 4, value: 4 }), 'goal'],
    [line({ floor: 2, goal: 4, value: 3.99 }), 'floor'],
    [line({ floor: 2, goal: 4, value: 1.99 }), 'missed'],
    [line({ floor: 2, value: 9 }), 'floor'],
    [line({ unit: 'MiB', floor: 256, goal: 128, value: 128 }), 'goal'],
    [line({ unit: 'MiB', floor: 256, goal: 128, value: 257 }), 'missed'],
    [line({ unit: 'of', floor: 1.3, value: 1.31 }), 'missed'],
    [line({ unit: 's', floor: 0.35, goal: 0.2, value: 0.3 }), 'floor'],
    [line({ unit: 'pairs/s', floor: 30_000, value: 29_999 }), 'missed'],
    [line({ value: 1 }), 'no floor'],
    [line({ floor: 2, whyNot: 'not run' }), 'not measured'],
  ] as const)('%j: %s', (attained, grade) => {
    expect(gradeOf(attained)).toBe(grade);
  });

  test('a ratio is the median of the ratios of each round', () => {
    const row = (contender: string, walls: readonly number[]): Row => ({
      group: 'typical',
      label: 'l',
      mailboxes: 1,
      contender,
      runs: walls.map((wallS) => ({ wallS, cpuS: 1, peakMiB: 1 })),
    });
    const attained = attain([row(CONTENT, [1, 10, 2]), row('rsync -nac', [3, 20, 8])]);
    expect(attained.filter(({ value }) => value !== undefined)).toEqual([
      expect.objectContaining({ what: 'level content against `rsync -nac`', data: 'l', value: 3, cpu: 1 }),
    ]);
  });
});

test('a third of the speed of `cyr_dbtool show` is required of the list, and nothing against `consistent`', () => {
  const row = (contender: string, wallS: number): Row => ({
    group: 'list',
    label: 'l',
    mailboxes: 1,
    contender,
    runs: [{ wallS, cpuS: 1, peakMiB: 1 }],
  });
  const attained = attain([row(LIST, 6), row(SHOW, 2), row(CONSISTENT, 1)]).filter(({ value }) => value !== undefined);
  expect(attained.map((line) => [line.value, gradeOf(line)])).toEqual([
    [2 / 6, 'floor'],
    [1 / 6, 'no floor'],
  ]);
});

test('what reconstruct says behind a name is a complaint', () => {
  const names = 'user/u000000\nuser/u000000/folder1\n';
  expect(complaintOfReconstruct(names, 2)).toBeUndefined();
  expect(complaintOfReconstruct(names, 3)).toBe('2 of 3 mailboxes');
  expect(complaintOfReconstruct(`user/u000000 uid 3 not found\n${names}`, 3)).toBe('user/u000000 uid 3 not found');
});
