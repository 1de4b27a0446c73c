import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { runCli } from '../support/cli.js';
import { exampleFile, makeMachine, onPair, readExample, type Machine } from '../support/example.js';
import { unpackPair } from '../support/fixture.js';

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});
afterEach(() => machine.dispose());

test('cyraudit.toml is in order, and every key that it only mentions is one', () => {
  expect(runCli(['config', 'check', exampleFile('cyraudit.toml')])).toMatchObject({ status: 0, stderr: '' });
  const all = join(machine.dir, 'all.toml');
  writeFileSync(all, readExample('cyraudit.toml').replace(/^#(?=\w+ = )/gm, ''));
  const { status, stdout } = runCli(['config', 'check', all]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/ engine  3\.6\.1 /);
  expect(stdout).toMatch(/ accept +\/etc\/cyraudit\/accept\.json /);
});

test('what it says to run', async () => {
  const pair = await unpackPair('split-brain', 'made');
  try {
    const file = join(machine.dir, 'cyraudit.toml');
    const text = readExample('cyraudit.toml').replace('root = "/mnt/replica"', 'root = "--replica-root /mnt/replica"');
    const here = onPair(text, pair, machine);
    writeFileSync(file, here.replace('"--replica-root ', '"'));
    const { status, stdout, stderr } = runCli(['compare', 'main', 'standby', '--config', file]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^Replication may run except for 1 mailbox\./);
    const report: unknown = JSON.parse(readFileSync(join(machine.reports, 'report.json'), 'utf8'));
    expect(makeReportValidator()(report)).toBeUndefined();
    expect(report).toMatchObject({ level: 'content', subset: { part: 1, of: 7 }, configFile: file });
  } finally {
    await pair.dispose();
  }
});
