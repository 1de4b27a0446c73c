/** Standard output that the system refuses is the user's error: one line, status 3, and what goes to files is there. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cliFile, runCli } from '../support/cli.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';

let pair: UnpackedPair;
let dir: string;
beforeAll(async () => {
  pair = await unpackPair('lag', 'made');
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-stdout-'));
  for (const name of ['plan', 'gate']) mkdirSync(join(dir, name));
  runCli(['compare', pair.master, pair.replica, '--report', `json=${join(dir, 'saved.json')}`]);
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await pair.dispose();
});

function runWithFullStdout(args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const full = openSync('/dev/full', 'w');
  try {
    return spawnSync(process.execPath, [cliFile, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
      env: { ...process.env, CYRAUDIT_CONFIG: '' },
    });
  } finally {
    closeSync(full);
  }
}

test.each<[string, () => readonly string[], (readonly string[])?]>([
  [
    'compare',
    () => ['compare', pair.master, pair.replica, '--report', 'text', '--report', `json=${join(dir, 'compare.json')}`],
    ['compare.json'],
  ],
  ['check', () => ['check', pair.master]],
  [
    'gate',
    () => ['gate', 'resume', pair.master, pair.replica, '--report', 'text', '--report', `json=${join(dir, 'g.json')}`],
    ['g.json'],
  ],
  ['plan', () => ['plan', join(dir, 'saved.json'), '--into', join(dir, 'plan')], ['plan/held.json', 'plan/users.txt']],
  ['render', () => ['render', join(dir, 'saved.json')]],
  ['explain', () => ['explain']],
  ['explain CODE', () => ['explain', 'guid-mismatch']],
  ['inspect', () => ['inspect', join(pair.master, 'imapd.conf')]],
  ['verify-user', () => ['verify-user', 'ada', pair.master, pair.replica, '--deadline', '1s']],
  [
    'salvage',
    () => ['salvage', pair.master, pair.replica, '--report', 'text', '--report', `json=${join(dir, 's.json')}`],
    ['s.json'],
  ],
  ['salvage to stdout', () => ['salvage', pair.master, pair.replica, '--report', 'json']],
  [
    'salvage to both',
    () => ['salvage', pair.master, pair.replica, '--report', 'json', '--export', join(dir, 'export')],
    ['export/manifest.json'],
  ],
  ['config check', () => ['config', 'check']],
  ['--help', () => ['--help']],
  ['help of a command', () => ['compare', '--help']],
  ['--version', () => ['--version']],
])('%s', (_, args, files = []) => {
  const { status, stderr } = runWithFullStdout(args());
  expect([status, stderr.split('\n').filter((line) => !line.startsWith('cyraudit: full pass'))]).toEqual([
    3,
    [
      'cyraudit: standard output: expected a place that takes the whole output, found no space left (ENOSPC). Make room there, or send the output elsewhere.',
      '',
    ],
  ]);
  for (const file of files) {
    expect(existsSync(join(dir, file))).toBe(true);
    if (file.endsWith('.json')) JSON.parse(readFileSync(join(dir, file), 'utf8'));
  }
});
