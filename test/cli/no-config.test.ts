import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';

let dir: string;
let config: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-no-config-'));
  config = join(dir, 'broken.toml');
  writeFileSync(config, 'broken\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  ['compare', ['compare', './none', './none']],
  ['check', ['check', './none']],
  ['explain', ['explain', 'no-such-code']],
  ['render', ['render', './none']],
  ['plan', ['plan', './none', '--into', '.']],
  ['gate', ['gate', 'resume', './none', './none']],
  ['verify-user', ['verify-user', 'ada', './none', './none']],
  ['salvage', ['salvage', './none', './none']],
])('%s --no-config reads none, also when the environment names one', (_, args) => {
  const run = (...more: string[]): string => runCli([...args, ...more], { CYRAUDIT_CONFIG: config }).stderr;
  expect(run()).toMatch(/broken\.toml:\d+:\d+: not TOML: /);
  expect(run('--no-config')).toMatch(/^cyraudit: [^\n]*(none|no-such-code)[^\n]*\n$/);
  expect(run('--no-config')).not.toContain('broken.toml');
});
