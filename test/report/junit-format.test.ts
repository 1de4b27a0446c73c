import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report, ReportFinding } from '../../src/generated/report.js';
import { renderJunit } from '../../src/report/junit/junit-format.js';
import { printable } from '../../src/report/printable.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { junitProblem, junitValues } from '../support/junit-schema.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

const junit = (report: Report) => renderJunit(report, { catalogue: smallCatalogue });
const names = (xml: string, path = '//testcase') => junitValues(xml, path, 'name');

const single: Report = {
  ...adminReport,
  command: 'check',
  sides: [{ ...cleanReport.sides[0]!, role: 'single' }],
};

/** Sound XML of the right form in which nothing of `name` is lost or acts as markup. */
function expectToHold(name: string): void {
  const xml = junit(reportOf(name));
  expect(junitProblem(xml)).toBeUndefined();
  expect(names(xml, '//testcase[@classname="cyraudit.mailbox"]')).toEqual([
    printable(name),
    printable(`${name}.safe`),
    'mailboxes without a finding',
  ]);
  expect(junitValues(xml, '//testcase/failure')[0]).toContain(`master: ${printable(name)} is not there`);
  expect(junitValues(xml, '//error')[1]).toBe(printable(`${name} too`));
}

test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name.slice(0, 40)), name]))('%s stays a name', (_, name) => {
  expectToHold(name);
});

test('any text stays a name', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), expectToHold), { numRuns: 50 });
});

test.each<[string, Report]>([
  ['clean', cleanReport],
  ['admin', adminReport],
  ['of one side', single],
  ['with nothing in it', { ...cleanReport, counts: { ...cleanReport.counts, mailboxes: zero(), users: zero() } }],
])('a report %s fits the schema, and its totals are those of its cases', (_, report) => {
  const xml = junit(report);
  expect(junitProblem(xml)).toBeUndefined();
  for (const suite of ['/testsuites', ...names(xml, '//testsuite').map((name) => `//testsuite[@name="${name}"]`)]) {
    const counts = ['testcase', 'failure', 'error'].map((kind) => String(junitValues(xml, `${suite}//${kind}`).length));
    expect(['tests', 'failures', 'errors'].map((total) => junitValues(xml, suite, total)[0])).toEqual(counts);
    expect(counts[0]).not.toBe('0');
  }
});

function zero(): Report['counts']['users'] {
  return { clean: 0, safe: 0, admin: 0, halt: 0 };
}

describe('the check against the schema can fail', () => {
  const xml = junit(adminReport);
  test.each([
    ['an attribute that nobody knows', xml.replace('<testcase ', '<testcase colour="red" ')],
    ['an element out of place', xml.replace('<failure ', '<verdict/><failure ')],
    ['a case without a name', xml.replace(/<testcase (classname="[^"]*") name="[^"]*"/, '<testcase $1')],
    ['a control character', xml.replace('the pair', 'the \u0001 pair')],
    ['half a document', xml.slice(0, xml.length / 2)],
  ])('%s is refused', (_, broken) => {
    expect(broken).not.toBe(xml);
    expect(junitProblem(broken)).toMatch(/./);
  });
});

test('admin and halt fail, safe passes and is told, unaudited parts err, the rest is counted', () => {
  const halt: Report = {
    ...adminReport,
    verdict: 'halt',
    complete: false,
    findings: [{ code: 'list-gone', class: 'halt', side: 'master', facts: { path: '/m' } }],
    unaudited: [{ what: 'cyrus.index', side: 'replica', mboxname: 'user.zoe', reason: 'EACCES' }],
  };
  const xml = junit(halt);
  expect(names(xml, '//testcase[failure]')).toEqual([
    'the pair as a whole',
    'user.ada',
    'user.bob.Entw&APw-rfe',
    'user.eve.\\x1b[31m',
    'bob',
  ]);
  expect(names(xml, '//testcase[not(failure or error)]')).toEqual([
    'user.joe',
    'user.kim',
    'mailboxes without a finding',
    'users without a finding',
  ]);
  expect(names(xml, '//testcase[error]')).toEqual(['replica user.zoe cyrus.index']);
  expect(junitValues(xml, '//testcase[@name="user.joe"]/system-out')[0]).toContain('SAFE lagging: Not copied yet');
  expect(junitValues(xml, '//testcase[@name="mailboxes without a finding"]')[0]).toContain('1,229 mailboxes');
});

describe('what was known before fails nothing', () => {
  const accepted = { reason: 'both <are> wanted', expires: '2030-01-31' };
  const mark = (more: Partial<ReportFinding>, attention: Report['attention'] = 'clean'): Report => ({
    ...adminReport,
    attention: attention,
    mailboxes: adminReport.mailboxes.map(({ notListed: _, ...mailbox }) => ({
      ...mailbox,
      findings: mailbox.findings.map((finding) => ({ ...finding, ...more })),
    })),
    users: [],
  });
  const failed = (report: Report) => names(junit(report), '//testcase[failure]');

  test('accepted', () => {
    const xml = junit(mark({ accepted }));
    expect(junitProblem(xml)).toBeUndefined();
    expect(names(xml, '//testcase[failure]')).toEqual([]);
    expect(junitValues(xml, '//testcase[@name="user.ada"]/system-out')[0]).toContain(
      'accepted until 2030-01-31: both <are> wanted',
    );
  });

  test('in the baseline, but not what is new', () => {
    expect(failed(mark({ since: '2024-12-31T00:00:00.000Z' }))).toEqual([]);
    expect(failed(mark({ since: adminReport.startedAt }, 'admin'))).toHaveLength(3);
  });

  test('halt always fails', () => {
    expect(failed(mark({ class: 'halt', accepted }, 'halt'))).toHaveLength(5);
  });

  test('what is not listed may be new', () => {
    const [ada] = adminReport.mailboxes;
    const findings = ada!.findings.map((finding) => ({ ...finding, accepted }));
    const report = { ...adminReport, users: [], mailboxes: [{ ...ada!, findings }] };
    expect(failed({ ...report, attention: 'admin' })).toEqual(['user.ada']);
    expect(failed({ ...report, attention: 'safe' })).toEqual([]);
  });
});

test('each clean user is a case that passes, and only users are', () => {
  const xml = junit({ ...adminReport, cleanUsers: ['ada', 'eve <x>'] });
  const users = '//testsuite[@name="cyraudit users"]/testcase';
  expect(names(xml, users)).toEqual(['bob', 'ada', 'eve <x>']);
  expect(names(xml, `${users}[not(*)]`)).toEqual(['ada', 'eve <x>']);
  expect(junitValues(xml, '//testsuite[@name="cyraudit users"]', 'tests')).toEqual(['3']);
  expect(junitProblem(xml)).toBeUndefined();
});

test('a failure holds all that a person needs', () => {
  const xml = junit(adminReport);
  const [mailbox, , , user] = junitValues(xml, '//failure');
  expect(mailbox).toBe(`ADMIN uid-clash: Two messages under one UID
  uid 4: master holds 5f0c
  uid 5: master holds 5f0c
  and 3 more that the report does not list
  Replication would: copy back to the master; give messages new UIDs.
  Do: Remedy of uid-clash.`);
  expect(user).toBe(`ADMIN from-the-future: A finding of another version of cyraudit
  replica: a null, b 1, 2`);
  expect(junitValues(xml, '//failure', 'type')).toEqual(['uid-clash', 'uid-clash', 'uid-clash', 'from-the-future']);
});

test('the worst finding of a case names it', () => {
  const mailbox = adminReport.mailboxes[0]!;
  const findings = [{ code: 'lagging', class: 'safe' as const, facts: { modseq: '1' } }, ...mailbox.findings];
  const xml = junit({ ...adminReport, mailboxes: [{ ...mailbox, findings }] });
  expect(junitValues(xml, '//failure', 'message')[0]).toBe(
    'admin: Two messages under one UID (and 1 other kind of finding)',
  );
});

test('two mailboxes of one name are two cases', () => {
  const [ada] = adminReport.mailboxes;
  const xml = junit({ ...adminReport, mailboxes: [{ ...ada!, uniqueid: null }, ada!] });
  expect(names(xml, '//testcase[failure]')).toEqual(['user.ada (no uniqueid)', 'user.ada (id-0)', 'bob']);
});

test('two reasons for one thing are one case', () => {
  const part = { what: 'cyrus.index', mboxname: 'user.zoe' };
  const unaudited = ['EACCES', 'too late'].map((reason) => ({ ...part, reason }));
  expect(junitValues(junit({ ...cleanReport, complete: false, unaudited }), '//error')).toEqual(['EACCES\ntoo late']);
});

test('below a verdict that forbids replication nothing says that it may run', () => {
  const remedies = (report: Report) =>
    junitValues(junit(report), '//system-out').filter((text) => text.includes('Do: '));
  expect(remedies(adminReport)).toHaveLength(2);
  expect(remedies({ ...adminReport, complete: false })).toEqual([]);
  expect(remedies({ ...adminReport, verdict: 'halt' })).toEqual([]);
});
