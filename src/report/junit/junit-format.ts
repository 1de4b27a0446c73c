import type { Report, ReportMailbox, Unaudited } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import type { PlacedFinding, Place } from '../finding-place.js';
import { counted } from '../numbers.js';
import { printable } from '../printable.js';
import type { RenderOptions, ReportFormat } from '../report-format.js';
import { unauditedPlace } from '../run-words.js';
import { verdictLine } from '../verdict-line.js';
import { caseElement, caseOf, type TestCase } from './test-case.js';
import { element } from './xml.js';

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * The report for a CI server: a case for what is about the pair or the side, one for each mailbox and user with a
 * finding and each clean user, one that stands for all clean mailboxes, and an error for each part that was not audited.
 */
export function renderJunit(report: Report, { catalogue }: Pick<RenderOptions, 'catalogue'>): string {
  const options = { catalogue, report };
  const whole = report.command === 'check' ? 'side' : 'pair';
  const names = mailboxNames(report.mailboxes);
  const suites: Suite[] = [
    {
      name: whole,
      cases: [
        caseOf(`cyraudit.${whole}`, `the ${whole} as a whole`, { placed: at(undefined, report.findings) }, options),
      ],
    },
    {
      name: 'mailboxes',
      cases: [
        ...report.mailboxes.map((mailbox, n) =>
          caseOf(
            'cyraudit.mailbox',
            names[n]!,
            { placed: at(mailbox, mailbox.findings), notListed: mailbox.notListed },
            options,
          ),
        ),
        ...withoutFinding('cyraudit.mailbox', report.counts.mailboxes.clean, 'mailbox', 'mailboxes'),
      ],
    },
    {
      name: 'users',
      cases: [
        ...report.users.map((user) =>
          caseOf('cyraudit.user', user.userid, { placed: at(user, user.findings), notListed: user.notListed }, options),
        ),
        ...(report.cleanUsers?.map((userid) => ({ classname: 'cyraudit.user', name: userid })) ??
          withoutFinding('cyraudit.user', report.counts.users.clean, 'user', 'users')),
      ],
    },
    { name: 'unaudited', cases: unauditedCases(report.unaudited) },
  ].filter(({ cases }) => cases.length > 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document(report, suites)}\n`;
}

const at = (place: Place, findings: Report['findings']): PlacedFinding[] =>
  findings.map((finding) => ({ finding, place }));

/** A CI server tells cases apart by their names; two mailboxes of one name are told apart by uniqueid. */
function mailboxNames(mailboxes: readonly ReportMailbox[]): string[] {
  const times = new Map<string, number>();
  for (const { mboxname } of mailboxes) times.set(mboxname, (times.get(mboxname) ?? 0) + 1);
  return mailboxes.map(({ mboxname, uniqueid }) =>
    times.get(mboxname) === 1 ? mboxname : `${mboxname} (${uniqueid ?? 'no uniqueid'})`,
  );
}

/** Of these the report knows only how many there are. */
function withoutFinding(classname: string, count: number, one: string, many: string): TestCase[] {
  if (count === 0) return [];
  const output = `${counted(count, one, many)} without a finding of ${count === 1 ? 'its' : 'their'} own`;
  return [{ classname, name: `${many} without a finding`, output }];
}

/** Several reasons for one thing are one case. */
function unauditedCases(unaudited: readonly Unaudited[]): TestCase[] {
  const reasons = new Map<string, string[]>();
  for (const part of unaudited) {
    const name = unauditedPlace(part);
    const known = reasons.get(name);
    if (known === undefined) reasons.set(name, [printable(part.reason)]);
    else known.push(printable(part.reason));
  }
  return [...reasons].map(([name, texts]) => ({
    classname: 'cyraudit.unaudited',
    name,
    trouble: { as: 'error', type: 'unaudited', message: `not audited: ${texts[0]!}`, text: texts.join('\n') },
  }));
}

function document(report: Report, suites: readonly Suite[]): string {
  const { command, level, verdict, complete, tool, sides } = report;
  const properties = Object.entries({
    ...{ command, level, verdict, complete, version: tool.version },
    ...Object.fromEntries(sides.map(({ role, source }) => [role, source])),
  }).map(([name, value]) => element('property', { name, value: String(value) }));
  const children = suites.map(({ name, cases }, n) =>
    element('testsuite', { name: `cyraudit ${name}`, ...totals(cases), timestamp: report.startedAt.slice(0, 19) }, [
      ...(n === 0 ? [element('properties', {}, properties)] : []),
      ...cases.map(caseElement),
      ...(n === 0 ? [element('system-out', {}, printable(verdictLine(report)))] : []),
    ]),
  );
  const time = (report.durations.totalMs / 1000).toFixed(3);
  return element('testsuites', { name: 'cyraudit', ...totals(suites.flatMap(({ cases }) => cases)), time }, children);
}

function totals(cases: readonly TestCase[]): Readonly<Record<'tests' | 'failures' | 'errors', number>> {
  const count = (as: string) => cases.filter(({ trouble }) => trouble?.as === as).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error') };
}

export const junitFormat: ReportFormat = { name: 'junit', description: FORMAT_DESCRIPTIONS.junit, render: renderJunit };
