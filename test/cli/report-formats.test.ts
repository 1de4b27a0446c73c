/** Every format of one run of the built program, on pairs that real Cyrus wrote. `npm test` builds it first. */
import { readFileSync, readdirSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import parse from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportFormats } from '../../src/report/formats.js';
import { runCli } from '../support/cli.js';
import { unpackPair } from '../support/fixture.js';
import { junitProblem, junitValues } from '../support/junit-schema.js';
import { lineProblem } from '../support/report-line.js';
import { sarifProblem } from '../support/sarif-schema.js';

const names = reportFormats.map(({ name }) => name);

describe.each([
  {
    pair: 'clean',
    status: 0,
    nagios: /^CYRAUDIT OK - Replication may run: both sides hold the same state\. \| /,
    failed: [],
    erred: [],
    combined: ['# Not listed: 4 mailboxes without a finding.'],
    users: ['ada', 'ben'],
  },
  {
    pair: 'contradictions-both',
    status: 0,
    nagios: /^CYRAUDIT OK - Replication may run: it repairs every difference/,
    failed: [],
    erred: [],
    combined: ['* user.ada', '* user.ada.Work'],
    users: ['ada', 'ben'],
  },
  {
    pair: 'split-brain',
    status: 1,
    nagios: /^CYRAUDIT WARNING - Replication may run except for 1 mailbox\. \([0-9]+ guid-mismatch\) \| [^\n]*\n$/,
    failed: ['user.ada'],
    erred: [],
    combined: ['* user.ada'],
    users: ['ben'],
  },
  {
    pair: 'list-truncated-master',
    status: 2,
    nagios: /^CYRAUDIT CRITICAL - Do not start replication\. \(1 mboxlist-damaged, .*1 not audited\) \| [^\n]*\n$/,
    failed: ['the pair as a whole'],
    erred: ['master every mailbox'],
    combined: ['! master every mailbox'],
    users: [],
  },
])('$pair', ({ pair, status, nagios, failed, erred, combined, users }) => {
  let directory: string;
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cyraudit-formats-'));
    const unpacked = await unpackPair(pair, 'made');
    const reports = names.flatMap((name) => ['--report', `${name}=${join(directory, name)}`]);
    const ran = runCli(['compare', unpacked.master, unpacked.replica, '--level', 'content', ...reports]);
    await unpacked.dispose();
    expect(ran).toEqual({ status, stdout: '', stderr: '' });
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test('each format is in its file, with nothing left beside it', () => {
    expect(readdirSync(directory).sort()).toEqual([...names].sort());
  });

  test('render makes the same of the saved report', () => {
    // One of them is enough here: that a saved report reads as the fresh one holds for every format by itself.
    const name = { 0: 'junit', 1: 'sarif', 2: 'combined' }[status]!;
    const { stdout } = runCli(['render', join(directory, 'json'), '--to', name]);
    expect(stdout).toBe(read(name));
  });

  test('they are what their schemas and readers accept, and agree', () => {
    for (const line of read('ndjson').trimEnd().split('\n')) expect(lineProblem(JSON.parse(line))).toBeUndefined();
    expect(junitProblem(read('junit'))).toBeUndefined();
    expect(junitValues(read('junit'), '//testcase[failure]', 'name')).toEqual(failed);
    expect(junitValues(read('junit'), '//testcase[error]', 'name')).toEqual(erred);
    expect(junitValues(read('junit'), '//testcase[@classname="cyraudit.user"]', 'name')).toEqual(users);
    const sarif = JSON.parse(read('sarif')) as { runs: [{ invocations: [{ exitCode: number }] }] };
    expect(sarifProblem(sarif)).toBeUndefined();
    expect(sarif.runs[0].invocations[0].exitCode).toBe(status);
    const metric = parse(read('prometheus')).find(({ name }) => name === 'cyraudit_exit_status');
    expect(metric?.metrics.map(({ value }) => value)).toEqual([String(status)]);
    expect(read('nagios')).toMatch(nagios);
    for (const line of combined) expect(read('combined').split('\n')).toContain(line);
  });
});
