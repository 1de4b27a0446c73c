import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import type { Report } from '../../src/generated/report.js';
import { runCli } from '../support/cli.js';
import { snapshotTree, unpackPair, type UnpackedPair } from '../support/fixture.js';

const names = ['clean', 'split-brain', 'list-truncated-master'] as const;
const pairs = {} as Record<(typeof names)[number], UnpackedPair>;
const validate = makeReportValidator();

beforeAll(async () => {
  for (const name of names) pairs[name] = await unpackPair(name, 'made');
});
afterAll(async () => {
  for (const pair of Object.values(pairs)) await pair.dispose();
});

const compare = ({ master, replica }: UnpackedPair, ...options: string[]) =>
  runCli(['compare', master, replica, ...options]);

test.each([
  ['clean', [], 0, /^Replication may run: both sides hold the same state\.\n/],
  ['clean', ['--quiet'], 0, /^$/],
  ['split-brain', ['--quiet'], 1, /^Replication may run except for 1 mailbox\.\n/],
  ['split-brain', ['--fail-on', 'halt'], 0, /^Replication may run except for 1 mailbox\.\n/],
  ['list-truncated-master', [], 2, /^Do not start replication\.\n/],
] as const)('compare of %s with %j: status %d', (name, options, status, stdout) => {
  const ran = compare(pairs[name], ...options);
  expect(ran).toEqual({ status, stdout: expect.stringMatching(stdout) as string, stderr: '' });
});

test('check of a side: status, and words about one side', () => {
  const { status, stdout } = runCli(['check', pairs.clean.master]);
  expect(stdout).toMatch(/^This side is sound/);
  expect(status).toBe(0);
});

test('a report goes to its file, valid, and the text still goes to stdout', () => {
  const pair = pairs['split-brain'];
  const file = join(pair.dir, 'report.json');
  const { status, stdout } = compare(pair, '--report', `json=${file}`, '--report', 'text', '--user', 'ada');
  expect(status).toBe(1);
  expect(stdout).toMatch(/^Replication may run except/);
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  expect(validate(report)).toBeUndefined();
  expect(report.selection?.users).toEqual(['ada']);
  // The time is of the run; everything else of the text comes from the report.
  expect(runCli(['render', file]).stdout).toBe(stdout);
});

test('the HTML report is the same from the audit and from its saved report', () => {
  const pair = pairs['split-brain'];
  const [json, html, again] = ['report.json', 'report.html', 'again.html'].map((name) => join(pair.dir, name));
  const { status, stdout } = compare(pair, '--report', `json=${json!}`, '--report', `html=${html!}`);
  expect([status, stdout]).toEqual([1, '']);
  const page = readFileSync(html!, 'utf8');
  expect(page).toContain('<title>admin: Replication may run except for 1 mailbox.</title>');
  expect(page).toContain('<svg class="timeline"');
  expect(runCli(['render', json!, '--to', `html=${again!}`])).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(again!, 'utf8')).toBe(page);
  expect(runCli(['render', json!, '--to', 'html']).stdout).toBe(page);
});

test.each([
  ['into the side', (p: UnpackedPair) => ['--report', `json=${join(p.master, 'report.json')}`], /outside both sides/],
  [
    'into a partition',
    (p: UnpackedPair) => ['--report', `json=${join(p.replica, 'spool', 'r')}`],
    /outside both sides/,
  ],
  ['into no directory', (p: UnpackedPair) => ['--report', `json=${join(p.dir, 'no', 'r')}`], /ENOENT/],
] as const)('a report %s is refused before the audit, and nothing is written', async (_, options, expected) => {
  const pair = pairs.clean;
  const before = await snapshotTree(pair.dir);
  const { status, stdout, stderr } = compare(pair, ...options(pair));
  expect([status, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(expected);
  expect(await snapshotTree(pair.dir)).toEqual(before);
});

test('one side given twice is refused', () => {
  const { master } = pairs.clean;
  const { status, stdout, stderr } = runCli(['compare', master, join(master, 'imapd.conf')]);
  expect([status, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^cyraudit: [^\n]+\n$/);
});
