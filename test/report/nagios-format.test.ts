import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';
import type { Report } from '../../src/generated/report.js';
import { renderNagios } from '../../src/report/nagios/nagios-format.js';
import { printable } from '../../src/report/printable.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

const nagios = (report: Report) => renderNagios(report, { catalogue: smallCatalogue });

const DATUM = /^[a-z_]+=[0-9]+(\.[0-9]+)?(B|s)?;[0-9]*;[0-9]*;0$/;

/** The parts of the output as Nagios takes them apart. */
function partsOf(text: string): { status: string; words: string; data: string[]; long: string[] } {
  expect(text.endsWith('\n')).toBe(true);
  const [first = '', ...long] = text.slice(0, -1).split('\n');
  const [line = '', data = '', ...rest] = first.split('|');
  expect(rest).toEqual([]);
  const match = /^CYRAUDIT (OK|WARNING|CRITICAL|UNKNOWN) - (\S.*\S) $/.exec(line);
  expect(match, first).not.toBeNull();
  for (const one of data.trim().split(' ')) expect(one).toMatch(DATUM);
  for (const one of long) expect(one).not.toContain('|');
  return { status: match![1]!, words: match![2]!, data: data.trim().split(' '), long };
}

test('an admin report, in full', () => {
  expect(nagios(adminReport)).toBe(
    `CYRAUDIT WARNING - Replication may run except for 3 mailboxes and 1 user. | ${[
      'mailboxes_clean=1229;;;0 mailboxes_safe=2;;;0 mailboxes_admin=3;0;;0 mailboxes_halt=0;;0;0',
      'users_clean=39;;;0 users_safe=0;;;0 users_admin=1;0;;0 users_halt=0;;0;0 findings=12;;;0 unaudited=0;;;0',
      'records_master=56789;;;0 records_replica=56789;;;0 files_master=56780;;;0 files_replica=56780;;;0',
      'bytes_read=123456789B;;;0 duration=12.300s;;;0',
    ].join(' ')}
ADMIN uid-clash user.ada uid 4: master holds 5f0c
ADMIN uid-clash user.ada uid 5: master holds 5f0c
ADMIN uid-clash user.bob.Entw&APw-rfe uid 4: master holds 5f0c
ADMIN uid-clash user.bob.Entw&APw-rfe uid 5: master holds 5f0c
ADMIN uid-clash user.eve.\\x1b[31m uid 4: master holds 5f0c
ADMIN uid-clash user.eve.\\x1b[31m uid 5: master holds 5f0c
ADMIN from-the-future replica user bob: a null, b 1, 2
SAFE lagging user.joe uid 7: modseq 12 is missing
SAFE lagging user.kim uid 7: modseq 12 is missing
and 3 more
`,
  );
});

test('a clean report is one line', () => {
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

const many = (count: number, text: string) => Array.from({ length: count }, (_, n) => `${text} ${n}`);
const halts = many(3, '/m').map((path) => ({ code: 'list-gone', class: 'halt' as const, facts: { path } }));
const unaudited = many(15, 'part').map((what) => ({ what, side: 'replica' as const, reason: 'EACCES' }));

test('twenty lines, in the order in which they decide the state', () => {
  const { long } = partsOf(nagios({ ...adminReport, verdict: 'halt', complete: false, findings: halts, unaudited }));
  expect(long.map((line) => /^[A-Z]+(?: AUDITED)?/.exec(line)?.[0])).toEqual([
    ...halts.map(() => 'HALT'),
    ...unaudited.slice(0, 10).map(() => 'NOT AUDITED'),
    ...many(7, '').map(() => 'ADMIN'),
    undefined,
  ]);
  expect(long[3]).toBe('NOT AUDITED replica part 0: EACCES');
  // 12 counted findings and 15 parts.
  expect(long.at(-1)).toBe('and 7 more');
});

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

function expectToHold(name: string): void {
  const { status, long } = partsOf(nagios(reportOf(name)));
  expect(status).toBe('CRITICAL');
  expect(long).toHaveLength(9);
  expect(long[0]).toMatch(/^HALT list-gone master: /);
  const shown = printable(name).replaceAll('|', '\\x7c');
  if (name.length < 200) expect(long[0]).toContain(`master: ${shown} is not there`);
  for (const line of long) expect(line.length).toBeLessThanOrEqual(300);
}

test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name.slice(0, 40)), name]))('%s stays a name', (_, name) => {
  expectToHold(name);
});

test('any text stays a name', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), expectToHold), { numRuns: 100 });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('😀', '|', 'a'), minLength: 90, maxLength: 400 }), (name) => {
      expect(nagios(reportOf(name))).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});
