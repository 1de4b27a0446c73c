import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { commandLine, shellWord } from '../../src/report/command-line.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { cleanReport } from '../support/report.js';

const [master, replica] = cleanReport.sides;
const between = (one: Partial<Report['sides'][number]>, other: Partial<Report['sides'][number]> = {}): Report => ({
  ...cleanReport,
  sides: [
    { ...master!, ...one },
    { ...replica!, ...other },
  ],
});

test.each<[string, Report]>([
  ['cyraudit compare m r', cleanReport],
  ["cyraudit compare '/srv/a b' r", between({ source: '/srv/a b' })],
  ["cyraudit compare m '~r'", between({}, { source: '~r' })],
  ["cyraudit compare '=m' ''", between({ source: '=m' }, { source: '' })],
  ['cyraudit compare ./-m ./--replica', between({ source: '-m' }, { source: '--replica' })],
  ['cyraudit compare MASTER REPLICA', between({ source: 'm\n' }, { source: '\u202er' })],
  [
    "cyraudit compare m r --master-root /mnt/m --replica-root '/mnt/r r'",
    between({ root: '/mnt/m' }, { root: '/mnt/r r' }),
  ],
  [
    'cyraudit compare m r --engine 3.0',
    between({ replicatesAs: { version: '3.0', from: 'given' } }, { replicatesAs: { version: '3.6', from: 'spool' } }),
  ],
  ['cyraudit compare m r --replica-engine 2.5', between({}, { replicatesAs: { version: '2.5', from: 'given' } })],
  [
    'cyraudit check m --root /mnt',
    { ...cleanReport, command: 'check', sides: [{ ...master!, role: 'single', root: '/mnt' }] },
  ],
  ["cyraudit compare m r --user 'a*' --user GLOB", { ...cleanReport, selection: { users: ['a*', 'b\t'] } }],
  [
    'cyraudit compare main standby --accept a.json --accept ./-b.json --baseline b.json --config /etc/c.toml',
    {
      ...between(
        { name: 'main', root: '/mnt/m' },
        { name: 'standby', replicatesAs: { version: '2.5', from: 'given' } },
      ),
      configFile: '/etc/c.toml',
      acceptance: { files: ['a.json', '-b.json'], findings: 0, entries: [] },
      baseline: { file: 'b.json', startedAt: '', new: 0, still: 0, resolved: [], resolvedNotListed: 0 },
    },
  ],
  ['cyraudit compare main r', { ...between({ name: 'main' }), configFile: '/etc/cyraudit.toml' }],
  ["cyraudit compare '$(x)' r", between({ name: '$(x)' })],
])('%s', (line, report) => {
  expect(commandLine(report)).toBe(line);
});

test('what no person can type is not in it', () => {
  for (const name of HOSTILE_NAMES) expect(commandLine(reportOf(name))).toMatch(/^[\x20-\x7e\p{L}\p{M}\u{1f600}]+$/u);
});

test('a shell hands every word on as it is', () => {
  const words = fc
    .sample(fc.string({ minLength: 1 }), { numRuns: 300, seed: 1 })
    .filter((word) => !/[\0\n]/.test(word));
  const tricky = ['$(id)', '`id`', "it's", '!!', '*', '~', '#', '&', ';', '|', '>x', '\\', '-e', 'a=b', '=b', ''];
  const all = [...tricky, ...words];
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${all.map(shellWord).join(' ')}`], { encoding: 'utf8' });
  expect(stdout.split('\n').slice(0, -1)).toEqual(all);
});
