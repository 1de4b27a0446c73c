import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { makeMachine, onPair, readExample, type Machine } from '../support/example.js';
import { unpackPair } from '../support/fixture.js';

interface Job {
  readonly user: string;
  readonly command: string;
}

/** Jobs of a file in /etc/cron.d, as cron(8) reads it. */
function readJobs(text: string): { jobs: Job[]; variables: Map<string, string> } {
  const jobs: Job[] = [];
  const variables = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    const [, user, command] = /^(?:[\d*,/-]+\s+){5}(\w+)\s+(.+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables.set(name, value);
    else if (user !== undefined && command !== undefined) {
      // A percent sign ends the command, unless it has a backslash, which cron takes away.
      jobs.push({ user, command: command.replace(/(?<!\\)%.*/, '').replaceAll('\\%', '%') });
    } else throw new Error(`cron would not understand: ${line}`);
  }
  return { jobs, variables };
}

const { jobs, variables } = readJobs(readExample('cyraudit.cron'));
const [audit, cleaning] = jobs as [Job, Job];

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});
afterEach(() => machine.dispose());

test('two jobs run as cyrus, with a PATH that finds cyraudit and somebody who gets the mail', () => {
  expect(jobs.map(({ user }) => user)).toEqual(['cyrus', 'cyrus']);
  expect(variables.get('MAILTO')).toBe('postmaster');
  expect(variables.get('PATH')?.split(':')).toContain('/usr/local/bin');
});

describe('cron has something to mail only where there is a problem', () => {
  test.each([
    ['clean', 0, /^$/],
    ['split-brain', 1, /^Replication may run except for 1 mailbox\./],
    ['list-truncated-master', 2, /^Do not start replication\./],
  ] as const)('%s', async (name, status, stdout) => {
    const pair = await unpackPair(name, 'made');
    try {
      const ran = machine.run(['sh', '-c'], onPair(audit.command, pair, machine));
      expect(ran).toEqual({ status, stdout: expect.stringMatching(stdout) as string, stderr: '' });
      const [report = '', ...others] = readdirSync(machine.reports);
      expect(others).toEqual([]);
      expect(report).toMatch(/^\d{4}-\d\d-\d\d\.json$/);
      expect(makeReportValidator()(JSON.parse(readFileSync(join(machine.reports, report), 'utf8')))).toBeUndefined();
    } finally {
      await pair.dispose();
    }
  });

  test('the replica is not mounted', async () => {
    const pair = await unpackPair('clean', 'made');
    try {
      const gone = { ...pair, replica: join(pair.dir, 'not-mounted') };
      const ran = machine.run(['sh', '-c'], onPair(audit.command, gone, machine));
      expect(ran).toEqual({ status: 3, stdout: '', stderr: expect.stringMatching(/not-mounted/) as string });
    } finally {
      await pair.dispose();
    }
  });
});

test('reports older than 90 days are removed, and nothing else', () => {
  const day = 24 * 3600;
  const ages = { 'new.json': 1, 'kept.json': 89, 'old.json': 92, 'old.txt': 92 };
  for (const [name, days] of Object.entries(ages)) {
    const file = join(machine.reports, name);
    writeFileSync(file, '');
    const at = Date.now() / 1000 - days * day;
    utimesSync(file, at, at);
  }
  const command = cleaning.command.replace('/var/lib/cyraudit', machine.reports);
  expect(machine.run(['sh', '-c'], command)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readdirSync(machine.reports).sort()).toEqual(['kept.json', 'new.json', 'old.txt']);
});
