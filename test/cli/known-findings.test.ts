import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { runCli, type Ran } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';

let pair: UnpackedPair;
let dir: string;
beforeAll(async () => {
  pair = await unpackPair('split-brain', 'made');
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-known-'));
});
afterAll(async () => {
  await pair.dispose();
  rmSync(dir, { recursive: true });
});

const compare = (...args: readonly string[]): Ran => runCli(['compare', pair.master, pair.replica, ...args]);
const write = (name: string, value: unknown): string => {
  const file = join(dir, name);
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
};
const entry = { code: 'guid-mismatch', reason: 'both are wanted', expires: '9999-12-31' };

describe('--accept', () => {
  test('a finding that is accepted fails nothing, another one still does', () => {
    const file = write('accept.json', { accepted: [{ ...entry, mailbox: 'user.ada' }] });
    const { status, stdout } = compare('--accept', file, '--report', 'json');
    const report = JSON.parse(stdout) as Report;
    expect([status, report.verdict, report.attention]).toEqual([0, 'admin', 'clean']);
    expect(compare('--accept', file, '--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
    const other = write('other.json', { accepted: [{ ...entry, mailbox: 'user.ben' }] });
    expect(compare('--accept', other).status).toBe(1);
    expect(compare('--accept', other, '--accept', file).status).toBe(0);
  });

  test('an entry that has expired accepts nothing', () => {
    const file = write('late.json', { accepted: [{ ...entry, expires: '2020-01-31' }] });
    expect(compare('--accept', file).status).toBe(1);
  });

  test.each<[string, unknown, RegExp]>([
    ['no reason', { accepted: [{ code: 'guid-mismatch', expires: '2030-01-01' }] }, /file\/accepted\/0.*'reason'/],
    ['a blank reason', { accepted: [{ ...entry, reason: ' ' }] }, /accepted\/0\/reason/],
    ['no last day', { accepted: [{ code: 'guid-mismatch', reason: 'x' }] }, /'expires'/],
    ['no date', { accepted: [{ ...entry, expires: 'never' }] }, /expires.*"date"/],
    [
      'an unknown code',
      { accepted: [entry, { ...entry, code: 'guid-missmatch' }] },
      /accepted\/1: no finding is called/,
    ],
    ['halt', { accepted: [{ ...entry, code: 'entry-lost' }] }, /class halt, which cannot be accepted/],
    ['no JSON', 'accepted:', /not JSON/],
  ])('is refused with %s', (_, value, why) => {
    const { status, stdout, stderr } = compare('--accept', write('wrong.json', value));
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/^cyraudit: [^\n]+\n$/);
    expect([status, stdout]).toEqual([3, '']);
  });

  test('a file that is not there', () => {
    const { status, stderr } = compare('--accept', join(dir, 'gone.json'));
    expect([status, stderr]).toEqual([3, expect.stringMatching(/gone\.json: .*ENOENT/)]);
  });
});

describe('--baseline', () => {
  test('only what is new fails', () => {
    const file = join(dir, 'baseline.json');
    expect(compare('--report', `json=${file}`).status).toBe(1);
    const second = compare('--baseline', file, '--report', 'json');
    const report = JSON.parse(second.stdout) as Report;
    expect([second.status, report.attention, report.baseline!.new]).toEqual([0, 'clean', 0]);
    expect(report.baseline!.still).toBeGreaterThan(0);
    const first = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(report.mailboxes[0]!.findings[0]!.since).toBe(first.startedAt);
    const clean = write('clean.json', { ...first, mailboxes: [], users: [], findings: [] });
    expect(compare('--baseline', clean).status).toBe(1);
  });

  test('a report of another audit is refused before the audit', () => {
    const file = join(dir, 'index.json');
    compare('--level', 'index', '--report', `json=${file}`);
    const report = join(dir, 'never.json');
    const { status, stderr } = compare('--baseline', file, '--report', `json=${report}`);
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/index\.json: a report of another audit: expected level files, found index\./),
    ]);
    expect(readdirSync(dir)).not.toContain('never.json');
    expect(compare('--baseline', file, '--level', 'index', '--user', 'a*').stderr).toMatch(
      /expected selection {"users":\["a\*"\]}, found "none"/,
    );
  });
});
