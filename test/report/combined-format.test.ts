import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import type { Report, ReportFinding, ReportMailbox, Unaudited } from '../../src/generated/report.js';
import { renderCombined } from '../../src/report/combined/combined-format.js';
import { printable } from '../../src/report/printable.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

const finding = (code: string, effects: ReportFinding['effects']): ReportFinding => ({
  code,
  class: catalogue.get(code)?.class ?? 'safe',
  facts: {},
  ...(effects === undefined ? {} : { effects }),
});

function mailbox(mboxname: string, ...findings: ReportFinding[]): ReportMailbox {
  const worst = findings.some(({ class: of }) => of === 'admin') ? 'admin' : 'safe';
  return { mboxname, uniqueid: null, class: worst, findings };
}

const combined = (report: Partial<Report>) => renderCombined({ ...cleanReport, ...report }, { catalogue });
const marks = (report: Partial<Report>) =>
  combined(report)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));

describe('a mark for what a mailbox is', () => {
  test.each<[string, ReportFinding[]]>([
    ['=', [finding('cache-missing', ['none'])]],
    ['=', [finding('cache-missing', ['none']), finding('odd-file', ['none'])]],
    ['*', [finding('cache-missing', ['none']), finding('uid-above-last-uid-on-replica', undefined)]],
    ['+', [finding('mailbox-only-on-master', ['copy-to-replica'])]],
    ['-', [finding('mailbox-only-on-replica', ['none'])]],
    ['-', [finding('deleted-mailbox-only-on-replica', ['none'])]],
    ['-', [finding('acl-pending', ['update-replica']), finding('replica-mailbox-destroyed', ['delete-on-replica'])]],
    ['*', [finding('record-only-on-master', ['copy-to-replica'])]],
    ['*', [finding('cache-missing', ['none']), finding('flags-pending', ['update-replica'])]],
    ['*', [finding('record-differs-unseen', ['unseen'])]],
    ['*', [finding('record-crc-mismatch', undefined)]],
    ['*', [finding('orphan-of-another-version', ['rename-on-replica'])]],
  ])('%s %j', (mark, findings) => {
    expect(marks({ mailboxes: [mailbox('user.a', ...findings)] })).toEqual([`${mark} user.a`]);
  });

  const unaudited: Unaudited[] = [
    { what: 'cyrus.index', side: 'replica', mboxname: 'user.b', reason: 'EACCES' },
    { what: 'every mailbox', side: 'master', reason: 'EIO' },
    { what: 'conf/quota', side: 'single', reason: 'EIO' },
  ];
  test('! what could not be audited, whatever was found in it', () => {
    const mailboxes = [mailbox('user.b', finding('cache-missing', ['none']))];
    expect(marks({ mailboxes, unaudited })).toEqual(['! conf/quota', '! master every mailbox', '! user.b']);
  });

  test('* two mailboxes of one name, one on each side', () => {
    const mailboxes = [
      mailbox('user.a', finding('mailbox-only-on-master', [])),
      mailbox('user.a', finding('mailbox-only-on-replica', [])),
      mailbox('user.b', finding('mailbox-only-on-master', [])),
      mailbox('user.b', finding('mailbox-only-on-master', [])),
    ];
    expect(marks({ mailboxes })).toEqual(['* user.a', '+ user.b']);
  });
});

test('only findings in which one side lacks the mailbox say so', () => {
  const held = [...catalogue.values()].flatMap(({ code, heldOnlyBy }) =>
    heldOnlyBy === undefined ? [] : [[code, heldOnlyBy]],
  );
  expect(held).toEqual([
    ['delete-not-logged', 'replica'],
    ['deleted-mailbox-only-on-replica', 'replica'],
    ['empty-mailbox-deleted', 'replica'],
    ['mailbox-destroyed-without-tombstone', 'replica'],
    ['mailbox-only-on-master', 'master'],
    ['mailbox-only-on-replica', 'replica'],
    ['replica-mailbox-destroyed', 'replica'],
  ]);
});

test('an admin report, in full', () => {
  expect(renderCombined(adminReport, { catalogue: smallCatalogue }))
    .toBe(`# Replication may run except for 3 mailboxes and 1 user.
# Not listed: 1,229 mailboxes without a finding, 1 user with findings outside the mailboxes.
* user.ada
* user.bob.Entw&APw-rfe
* user.eve.\\x1b[31m
* user.joe
* user.kim
`);
});

test('a clean report says what it does not list', () => {
  expect(combined({})).toBe(`# Replication may run: both sides hold the same state.
# Not listed: 1,234 mailboxes without a finding.
`);
});

test('lines come by name', () => {
  const names = ['user.b', 'user.a', 'user.a.c', 'A', 'user.Z', 'user.ä'];
  const lines = marks({ mailboxes: names.map((name) => mailbox(name, finding('odd-file', ['none']))) });
  expect(lines).toEqual(['A', 'user.Z', 'user.a', 'user.a.c', 'user.b', 'user.ä'].map((name) => `= ${name}`));
});

function expectToHold(name: string): void {
  const text = renderCombined(reportOf(name), { catalogue: smallCatalogue });
  const lines = text.slice(0, -1).split('\n');
  for (const line of lines) expect(line).toMatch(/^[#*!] /);
  expect(lines.slice(2).sort()).toEqual([`! ${printable(name)}`, `* ${printable(`${name}.safe`)}`].sort());
}

test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name.slice(0, 40)), name]))('%s stays a name', (_, name) => {
  expectToHold(name);
});

test('any text stays a name', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), expectToHold));
});
