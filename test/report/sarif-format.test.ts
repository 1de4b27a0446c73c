import fc from 'fast-check';
import type { Log, Result, Run } from 'sarif';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import type { Report, ReportFinding } from '../../src/generated/report.js';
import { printable } from '../../src/report/printable.js';
import type { Catalogue } from '../../src/report/report-format.js';
import { sarifFormat } from '../../src/report/sarif/sarif-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';
import { sarifProblem } from '../support/sarif-schema.js';

const options = { color: false, width: 100 };

function runOf(report: Report, texts: Catalogue = smallCatalogue): Run {
  const log = JSON.parse(sarifFormat.render(report, { ...options, catalogue: texts })) as Log;
  expect(sarifProblem(log)).toBeUndefined();
  expect(log.runs).toHaveLength(1);
  return log.runs[0]!;
}

/** What a viewer shows of a plain message that has no arguments. Source: SARIF 2.1.0 sections 3.11.5 and 3.11.6. */
function shown(text: string): string {
  if (/(?<!\{)(?:\{\{)*\{\d+\}/.test(text)) throw new Error(`a placeholder: ${text}`);
  if (/\[(?:[^\\[\]]|\\[\\[\]])*\]\([^)]*\)/.test(text)) throw new Error(`a link: ${text}`);
  return text.replaceAll('{{', '{').replaceAll('}}', '}').replaceAll(']\\x28', '](');
}

/** A valid log in which nothing of `name` is lost or acts as markup. */
function expectToHold(name: string): void {
  const report = reportOf(name);
  expect(sarifFormat.render(report, { ...options, catalogue: smallCatalogue })).not.toMatch(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u,
  );
  const run = runOf(report);
  expect(shown(run.results![0]!.message.text!)).toBe(`master: ${printable(name)} is not there`);
  expect(shown(run.invocations![0]!.toolExecutionNotifications![1]!.message.text!)).toBe(
    printable(`master ${name} ${name}: ${name} too`),
  );
  const mailbox = run.logicalLocations!.find(({ kind }) => kind === 'mailbox')!;
  expect(mailbox.name).toBe(printable(name));
  expect(mailbox.decoratedName ?? mailbox.name).toBe(name);
  const facts = run.results![1]!.properties!['facts'] as Record<string, unknown>;
  expect(facts['guid']).toBe(name);
}

test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name.slice(0, 40)), name]))('%s stays a name', (_, name) => {
  expectToHold(name);
});

test('any text stays a name', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), expectToHold), { numRuns: 50 });
  fc.assert(fc.property(fc.stringMatching(/^[[\](){}\\0-9a]*$/), expectToHold), { numRuns: 100 });
});

describe('the check against the schema can fail', () => {
  const run = runOf(adminReport);
  const log = { version: '2.1.0', runs: [run] };
  test.each<[string, unknown]>([
    ['another version', { ...log, version: '2.0.0' }],
    ['a result without a message', { ...log, runs: [{ ...run, results: [{ ruleId: 'a' }] }] }],
    ['a level of its own', { ...log, runs: [{ ...run, results: [{ message: { text: 'a' }, level: 'fatal' }] }] }],
    ['a field that nobody named', { ...log, runs: [{ ...run, verdict: 'safe' }] }],
    [
      'a time that is none',
      { ...log, runs: [{ ...run, invocations: [{ executionSuccessful: true, endTimeUtc: 'now' }] }] },
    ],
  ])('%s is refused', (_, broken) => {
    expect(sarifProblem(log)).toBeUndefined();
    expect(sarifProblem(broken)).toMatch(/./);
  });
});

test('the rules are the catalogue, whatever was found', () => {
  const { rules = [] } = runOf(cleanReport, catalogue).tool.driver;
  expect(rules.map(({ id }) => id)).toEqual([...catalogue.keys()].sort());
  for (const { id, name, shortDescription, fullDescription, help, defaultConfiguration, properties } of rules) {
    const finding = catalogue.get(id)!;
    expect(name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect([shortDescription, fullDescription].map((message) => shown(message!.text))).toEqual([
      finding.title,
      finding.why,
    ]);
    expect(help!.text).toContain(finding.replication);
    expect(help!.text).toContain(finding.remedy);
    expect(properties).toEqual({ class: finding.class, since: finding.since });
    expect(defaultConfiguration?.level).toBe(finding.class === 'safe' ? 'note' : 'error');
  }
});

test('a result points to its rule, tells its class and names its place', () => {
  const { tool, results = [], logicalLocations = [] } = runOf(adminReport);
  expect(results).toHaveLength(9);
  const [first] = results;
  expect(tool.driver.rules![first!.ruleIndex!]!.id).toBe('uid-clash');
  expect(first).toMatchObject({
    ruleId: 'uid-clash',
    level: 'error',
    message: { text: 'user.ada uid 4: master holds 5f0c' },
    properties: { class: 'admin', effects: ['renumber', 'copy-back-to-master'], facts: { guid: '5f0c' } },
  });
  expect(pathOf(first!)).toEqual(['message 4', 'mailbox user.ada', 'user ada']);
  const lagging = results.find(({ ruleId }) => ruleId === 'lagging')!;
  expect(lagging.level).toBe('note');
  expect(pathOf(lagging)).toEqual(['message 7', 'mailbox user.joe']);
  const unknown = results.at(-1)!;
  expect([unknown.ruleId, unknown.ruleIndex]).toEqual(['from-the-future', undefined]);
  expect(pathOf(unknown)).toEqual(['user bob']);

  function pathOf(result: Result): string[] {
    const words: string[] = [];
    let index = result.locations?.[0]?.logicalLocations?.[0]?.index;
    while (index !== undefined) {
      const { kind, name, parentIndex } = logicalLocations[index]!;
      words.push(`${kind!} ${name!}`);
      index = parentIndex;
    }
    return words;
  }
});

const about = (facts: ReportFinding['facts'], more: Partial<ReportFinding> = {}): Report => ({
  ...cleanReport,
  verdict: 'halt',
  findings: [{ code: 'list-gone', class: 'halt', facts, ...more }],
});

test.each<[string, ReportFinding['facts'], unknown]>([
  ['a file and a byte in it', { file: '/m/conf/mailboxes.db', offset: 336 }, at('file:///m/conf/mailboxes.db', 336)],
  ['a path', { path: '/m/spool/a b/ü%/1.' }, at('file:///m/spool/a%20b/%C3%BC%25/1.')],
  ['a file in a directory', { path: '/m/spool/a', file: 'cyrus.header' }, at('file:///m/spool/a/cyrus.header')],
  ['a relative path', { path: 'spool/a:b' }, at('spool/a%3Ab')],
  ['an offset that is none', { file: '/m/x', offset: -1 }, at('file:///m/x')],
  ['no file', { guid: 'ab' }, undefined],
  ['an empty path', { path: '' }, undefined],
])('%s', (_, facts, expected) => {
  expect(runOf(about(facts)).results![0]!.locations?.[0]?.physicalLocation).toEqual(expected);
});

function at(uri: string, byteOffset?: number): object {
  return { artifactLocation: { uri }, ...(byteOffset === undefined ? {} : { region: { byteOffset } }) };
}

describe('a fingerprint', () => {
  const prints = (report: Report) => runOf(report).results!.map(({ partialFingerprints }) => partialFingerprints!);
  const facts = { file: '/a/mailboxes.db', offset: 3, expected: '0x1', mboxname: 'user.a' };
  const [print] = prints(about(facts));

  test.each<[string, Report]>([
    ['other numbers', about({ ...facts, offset: 4, expected: '0x2' })],
    ['another root', about({ ...facts, file: '/copy/of/a/mailboxes.db' })],
    ['other effects', about(facts, { effects: ['none'] })],
  ])('stays the same with %s', (_, report) => {
    expect(prints(report)).toEqual([print]);
  });

  test.each<[string, Report]>([
    ['another file', about({ ...facts, file: '/a/annotations.db' })],
    ['another mailbox', about({ ...facts, mboxname: 'user.b' })],
    ['another side', about(facts, { side: 'replica' })],
    ['another message', about(facts, { uid: 7 })],
    ['another code', about(facts, { code: 'uid-clash' })],
  ])('is another with %s', (_, report) => {
    expect(prints(report)).not.toEqual([print]);
  });

  test('is never shared by two results', () => {
    const { findings } = about(facts);
    const all = prints({ ...about(facts), findings: [...findings, ...findings, ...findings] }).map(
      (values) => Object.values(values)[0]!,
    );
    expect(new Set(all).size).toBe(3);
    expect(all[1]).toBe(`${all[0]!}:2`);
  });
});

test('what is accepted is suppressed, and what a baseline had is unchanged', () => {
  const accepted = { reason: 'both are wanted', expires: '2030-01-31' };
  const of = (more: Partial<ReportFinding>) => runOf(about({ path: '/m' }, { class: 'admin', ...more })).results![0]!;
  expect(of({ accepted }).suppressions).toEqual([
    { kind: 'external', status: 'accepted', justification: 'both are wanted (until 2030-01-31)' },
  ]);
  expect(of({ since: cleanReport.startedAt }).baselineState).toBe('new');
  expect(of({ since: '2024-12-31T00:00:00.000Z' }).baselineState).toBe('unchanged');
  expect(Object.keys(of({}))).not.toEqual(expect.arrayContaining(['suppressions']));
});

test.each<[Partial<Report>, boolean, number]>([
  [{ verdict: 'admin', attention: 'clean' }, true, 0],
  [{ verdict: 'clean' }, true, 0],
  [{ verdict: 'safe' }, true, 0],
  [{ verdict: 'admin' }, true, 1],
  [{ verdict: 'halt' }, true, 2],
  [{ verdict: 'halt', complete: false }, false, 2],
  [{ verdict: 'safe', complete: false }, false, 3],
])('%j: successful %s, exit code %d', (outcome, executionSuccessful, exitCode) => {
  const [invocation] = runOf({ ...cleanReport, ...outcome }).invocations!;
  expect(invocation).toMatchObject({
    executionSuccessful,
    exitCode,
    startTimeUtc: cleanReport.startedAt,
    endTimeUtc: cleanReport.finishedAt,
  });
});

test('what was not audited and what is not listed are notifications', () => {
  const unaudited = [{ what: 'cyrus.index', side: 'replica' as const, mboxname: 'user.zoe', reason: 'EACCES' }];
  const { invocations, tool, logicalLocations } = runOf({ ...adminReport, complete: false, unaudited });
  const notifications = invocations![0]!.toolExecutionNotifications!;
  expect(notifications.map(({ level, descriptor, message }) => [level, descriptor!.id, message.text])).toEqual([
    ['error', 'unaudited', 'replica user.zoe cyrus.index: EACCES'],
    ['warning', 'not-listed', 'user.ada: 3 more of uid-clash that the report does not list'],
  ]);
  for (const { descriptor } of notifications)
    expect(tool.driver.notifications![descriptor!.index!]!.id).toBe(descriptor!.id);
  const index = notifications[0]!.locations![0]!.logicalLocations![0]!.index!;
  expect(logicalLocations![index]).toMatchObject({ kind: 'mailbox', name: 'user.zoe' });
});
