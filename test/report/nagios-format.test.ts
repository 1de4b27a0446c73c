import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';
import type { Report } from '../../src/generated/report.js';
import { renderNagios } from '../../src/report/nagios/nagios-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport } from '../support/report.js';

const nagios = renderNagios;

const DATUM = /^[a-z_]+=[0-9]+(\.[0-9]+)?(B|s)?;[0-9]*;[0-9]*;0$/;

/** The parts of the only line as Nagios takes them apart. */
function partsOf(text: string): { status: string; words: string; data: string[] } {
  expect(text).toMatch(/^[^\n]+\n$/);
  const [line = '', data = '', ...rest] = text.split('|');
  expect(rest).toEqual([]);
  const match = /^CYRAUDIT (OK|WARNING|CRITICAL|UNKNOWN) - (\S.*\S) $/.exec(line);
  expect(match, text).not.toBeNull();
  for (const one of data.trim().split(' ')) expect(one).toMatch(DATUM);
  return { status: match![1]!, words: match![2]!, data: data.trim().split(' ') };
}

test('an admin report, in full', () => {
  expect(nagios(adminReport)).toBe(
    `CYRAUDIT WARNING - Replication may run except for 3 mailboxes and 1 user. (9 uid-clash, 1 from-the-future) | ${[
      'mailboxes_clean=1229;;;0 mailboxes_safe=2;;;0 mailboxes_admin=3;0;;0 mailboxes_halt=0;;0;0',
      'users_clean=39;;;0 users_safe=0;;;0 users_admin=1;0;;0 users_halt=0;;0;0 findings=12;;;0 unaudited=0;;;0',
      'records_master=56789;;;0 records_replica=56789;;;0 files_master=56780;;;0 files_replica=56780;;;0',
      'bytes_read=123456789B;;;0 duration=12.300s;;;0',
    ].join(' ')}\n`,
  );
});

test('a clean report has no more words than its verdict', () => {
  expect(nagios(cleanReport)).toMatch(
    /^CYRAUDIT OK - Replication may run: both sides hold the same state\. \| [^\n]*\n$/,
  );
});

test.each(['clean', 'safe', 'admin', 'halt'] as const)('%s: the state is the one of the exit status', (verdict) => {
  for (const complete of [true, false]) {
    const report: Report = { ...cleanReport, verdict, complete };
    const states = { 0: 'OK', 1: 'WARNING', 2: 'CRITICAL', 3: 'UNKNOWN' };
    expect(partsOf(nagios(report)).status).toBe(states[exitStatus(report, 'admin')]);
  }
});

const kinds = (findingClass: 'halt' | 'admin' | 'safe', ...codes: string[]): Report['findings'] =>
  codes.map((code) => ({ code, class: findingClass, facts: {} }));

test.each<[string, Partial<Report>]>([
  ['1 list-gone, 2 not audited', { findings: kinds('halt', 'list-gone'), unaudited: parts(2) }],
  ['1,234 not audited', { unaudited: parts(1234) }],
  ['1 h, 1 a, 1 b, 2 more kinds', { findings: kinds('admin', 'a', 'b', 'c', 'd').concat(kinds('halt', 'h')) }],
])('what decides the state: %s', (reasons, more) => {
  const { words } = partsOf(nagios({ ...cleanReport, ...more }));
  expect(/\((.*)\)$/.exec(words)?.[1]).toBe(reasons);
});

test('what was known before does not decide the state', () => {
  const { status, words } = partsOf(nagios({ ...adminReport, attention: 'safe' }));
  expect([status, words]).toEqual([
    'OK',
    'Replication may run except for 3 mailboxes and 1 user. (9 uid-clash, 1 from-the-future, accepted or known before)',
  ]);
});

test('what replication repairs decides nothing', () => {
  expect(nagios({ ...cleanReport, findings: kinds('safe', 'lagging') })).not.toContain('lagging');
});

function parts(count: number): Report['unaudited'] {
  return Array.from({ length: count }, (_, n) => ({ what: `part ${n}`, reason: 'EACCES' }));
}

test('the thresholds are those of the state', () => {
  const { data } = partsOf(nagios(adminReport));
  const alerts = data.flatMap((one) => {
    const [label, value, warn, crit] = one.split(/[=;]/);
    return [
      ...(warn !== '' && Number(value) > Number(warn) ? [`${label!} warns`] : []),
      ...(crit !== '' && Number(value) > Number(crit) ? [`${label!} is critical`] : []),
    ];
  });
  expect(alerts).toEqual(['mailboxes_admin warns', 'users_admin warns']);
});

test.each([...HOSTILE_NAMES, "|'x'=1;;;;"])('%j is not in the line', (name) => {
  expect(nagios(reportOf(name))).toBe(nagios(reportOf('')));
});

test('no text adds to the line', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => nagios(reportOf(name)) === nagios(reportOf(''))));
});
