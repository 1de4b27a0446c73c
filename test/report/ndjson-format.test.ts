import { expect, test } from 'vitest';
import { readReportSchema } from '../../src/cli/report-schema.js';
import type { Report, ReportFinding, ReportLine } from '../../src/generated/report.js';
import { renderNdjson } from '../../src/report/ndjson/ndjson-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport } from '../support/report.js';
import { lineProblem } from '../support/report-line.js';

/** What Python's `str.splitlines` and other readers take for the end of a line. */
const ANY_LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

const linesOf = (report: Report) => renderNdjson(report).split(ANY_LINE_END).slice(0, -1);

/** Puts a report together from its lines, by nothing but what the schema says of them. */
function rebuilt(lines: readonly string[]): Report {
  const [head, ...rest] = lines.map((line) => JSON.parse(line) as ReportLine);
  const end = rest.pop();
  if (head?.kind !== 'report' || end?.kind !== 'end') throw new Error('not whole');
  const lists = { findings: [], mailboxes: [], users: [], unaudited: [] } as Record<string, object[]>;
  const cleanUsers: string[] = [];
  let open: { findings: object[] } = { findings: lists['findings']! };
  for (const { kind, ...item } of rest) {
    if (kind === 'finding') {
      const { mboxname, uniqueid, userid, ...finding } = item as ReportFinding & Record<string, unknown>;
      open.findings.push(finding);
    } else if (kind === 'mailbox' || kind === 'user') {
      open = { ...item, findings: [] };
      lists[kind === 'user' ? 'users' : 'mailboxes']!.push(open);
    } else if (kind === 'clean-user') cleanUsers.push((item as { userid: string }).userid);
    else lists['unaudited']!.push(item);
  }
  const { kind: _head, ...what } = head;
  const { kind: _end, ...outcome } = end;
  const clean = cleanUsers.length === 0 ? {} : { cleanUsers };
  return { ...what, ...outcome, ...lists, ...clean } as unknown as Report;
}

test.each<[string, Report]>([
  ['clean', cleanReport],
  ['admin', adminReport],
  [
    'with every optional field',
    {
      ...adminReport,
      cleanUsers: ['eve', 'zoe'],
      maxLost: 3,
      attention: 'safe',
      acceptance: { findings: 1, entries: [] },
      baseline: { startedAt: adminReport.startedAt, new: 1, still: 2, resolved: [], resolvedNotListed: 0 },
      selection: { users: ['a*'] },
      recheck: { looks: 1, delaySeconds: 2, settled: { lagging: 4 } },
    },
  ],
  ...HOSTILE_NAMES.map((name): [string, Report] => [`hostile ${JSON.stringify(name.slice(0, 40))}`, reportOf(name)]),
])('%s: every line is valid, and together they are the report', (_, report) => {
  const lines = linesOf(report);
  for (const line of lines) expect(lineProblem(JSON.parse(line))).toBeUndefined();
  expect(rebuilt(lines)).toEqual(report);
});

test('a finding says where it is', () => {
  const places = linesOf(adminReport)
    .map((line) => JSON.parse(line) as ReportLine)
    .flatMap((line) => (line.kind === 'finding' ? [[line.mboxname, line.uniqueid, line.userid, line.uid]] : []));
  expect(places.slice(0, 3)).toEqual([
    ['user.ada', 'id-0', 'ada', 4],
    ['user.ada', 'id-0', 'ada', 5],
    ['user.bob.Entw&APw-rfe', 'id-1', 'ada', 4],
  ]);
  expect(places.at(-1)).toEqual([undefined, undefined, 'bob', undefined]);
});

test.each([
  ['of no kind', {}],
  ['of a kind of its own', { kind: 'summary' }],
  ['a finding without facts', { kind: 'finding', code: 'a', class: 'safe' }],
  ['an end without counts', { kind: 'end', verdict: 'clean', complete: true }],
  ['a head with a verdict', { ...(JSON.parse(linesOf(cleanReport)[0]!) as object), verdict: 'clean' }],
])('a line that is %s is refused', (_, line) => {
  expect(lineProblem(line)).toMatch(/./);
});

test('every field of the report is in a line', () => {
  const { properties, $defs } = readReportSchema() as SchemaText;
  const named = (line: string) => Object.keys($defs[line]!.properties).filter((name) => name !== 'kind');
  const place = ['mboxname', 'uniqueid', 'userid'];
  const lists = ['findings', 'mailboxes', 'users', 'cleanUsers', 'unaudited'];
  expect([...named('reportLine'), ...named('endLine'), ...lists].sort()).toEqual(Object.keys(properties).sort());
  expect(named('findingLine').sort()).toEqual([...place, ...Object.keys($defs['finding']!.properties)].sort());
  for (const name of ['mailbox', 'user', 'unaudited'])
    expect(named(`${name}Line`).sort()).toEqual(
      Object.keys($defs[name]!.properties)
        .filter((field) => field !== 'findings')
        .sort(),
    );
});

interface SchemaText {
  readonly properties: object;
  readonly $defs: Readonly<Record<string, { readonly properties: object }>>;
}
