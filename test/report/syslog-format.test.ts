import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { renderSummary } from '../../src/report/summary/summary-format.js';
import { renderSyslog } from '../../src/report/syslog/syslog-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

interface Line {
  readonly priority: number | undefined;
  readonly values: ReadonlyMap<string, string>;
}

/** A reader of these lines that knows nothing of the writer; fails on what is no such line. */
function readLine(line: string): Line {
  const [, priority, rest = ''] = /^(?:<([0-7])>)?(.*)$/s.exec(line)!;
  const values = new Map<string, string>();
  let at = 0;
  const pair = /([a-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"=\\]+))(?: |$)/gy;
  while (at < rest.length) {
    pair.lastIndex = at;
    const match = pair.exec(rest);
    if (match === null) throw new Error(`no key=value at ${String(at)}: ${rest}`);
    const [whole, key = '', quoted, bare] = match;
    if (values.has(key)) throw new Error(`${key} twice: ${rest}`);
    values.set(key, quoted?.replace(/\\(["\\])/g, '$1') ?? bare!);
    at += whole.length;
  }
  return { priority: priority === undefined ? undefined : Number(priority), values };
}

const syslog = (report: Report): Line[] =>
  renderSyslog(report, { catalogue: smallCatalogue }).trimEnd().split('\n').map(readLine);
const shortly = ({ priority, values }: Line): string =>
  `${String(priority)} ${['event', 'code', 'what'].flatMap((key) => values.get(key) ?? []).join(' ')}`;

test('a summary, in full', () => {
  expect(renderSummary(adminReport)).toBe(
    'verdict=admin complete=yes command=compare level=files ' +
      'mailboxes-clean=1229 mailboxes-safe=2 mailboxes-admin=3 mailboxes-halt=0 ' +
      'users-clean=39 users-safe=0 users-admin=1 users-halt=0 findings=12 unaudited=0 seconds=12.3 ' +
      'message="Replication may run except for 3 mailboxes and 1 user."\n',
  );
});

test('what was accepted or known before is in the summary', () => {
  const { values } = readLine(
    renderSummary({
      ...adminReport,
      attention: 'safe',
      acceptance: { entries: [], findings: 2, unused: [], expired: [] } as unknown as NonNullable<Report['acceptance']>,
      baseline: {
        new: 1,
        still: 3,
        resolved: [],
        resolvedNotListed: 4,
      } as unknown as NonNullable<Report['baseline']>,
    }).trimEnd(),
  );
  expect(Object.fromEntries(values)).toMatchObject({
    verdict: 'admin',
    attention: 'safe',
    accepted: '2',
    new: '1',
    still: '3',
    resolved: '4',
  });
});

test('a line of each finding and of the verdict', () => {
  const lines = renderSyslog(adminReport, { catalogue: smallCatalogue }).split('\n');
  expect(lines[0]).toBe(
    '<4>event=finding code=uid-clash class=admin user=ada mailbox=user.ada uid=4 message="master holds 5f0c"',
  );
  expect(lines[4]).toContain('mailbox="user.eve.\\x1b[31m"');
  expect(lines.at(-2)).toBe(`<4>event=verdict not-shown=3 ${renderSummary(adminReport).trimEnd()}`);
});

test('worst first, what was not audited before what is safe, the verdict last, each with its priority', () => {
  const report = reportOf('x');
  expect(syslog(report).map(shortly)).toEqual([
    '2 finding list-gone',
    '4 finding uid-clash',
    '4 finding uid-clash',
    '4 finding from-the-future',
    '4 unaudited x',
    '4 unaudited x',
    '6 finding lagging',
    '6 finding lagging',
    '2 verdict',
  ]);
});

test.each<[string, Partial<Report>, number]>([
  ['clean', {}, 6],
  ['safe', { verdict: 'safe' }, 6],
  ['admin', { verdict: 'admin' }, 4],
  ['halt', { verdict: 'halt' }, 2],
  ['incomplete', { complete: false }, 4],
  ['halt, incomplete', { verdict: 'halt', complete: false }, 2],
  ['known before', { verdict: 'admin', attention: 'clean' }, 6],
  ['known before, incomplete', { verdict: 'admin', attention: 'clean', complete: false }, 4],
])('the priority of the verdict: %s', (_, more, priority) => {
  expect(syslog({ ...cleanReport, ...more }).at(-1)!.priority).toBe(priority);
});

test('a finding that somebody lives with is a notice, and tells until when', () => {
  const finding = { code: 'uid-clash', class: 'admin', facts: {} } as const;
  const lines = syslog({
    ...cleanReport,
    findings: [
      { ...finding, accepted: { reason: 'r', expires: '2999-01-01' } },
      { ...finding, since: '2024-01-01T00:00:00.000Z' },
      { ...finding, since: cleanReport.startedAt },
    ],
  });
  expect(lines.slice(0, 3).map(({ priority }) => priority)).toEqual([5, 5, 4]);
  expect(lines[0]!.values.get('accepted-until')).toBe('2999-01-01');
  expect(lines[1]!.values.get('since')).toBe('2024-01-01T00:00:00.000Z');
});

test('a thousand lines and the verdict are the most, and the worst come first', () => {
  const lagging = { code: 'lagging', class: 'safe', facts: { modseq: '1' } } as const;
  const report: Report = {
    ...cleanReport,
    verdict: 'halt',
    findings: [...Array.from({ length: 5000 }, () => lagging), { code: 'list-gone', class: 'halt', facts: {} }],
    counts: { ...cleanReport.counts, findings: { lagging: 70_000, 'list-gone': 1 } },
    unaudited: Array.from({ length: 3 }, (_, n) => ({ what: `part ${String(n)}`, reason: 'EACCES' })),
  };
  const lines = syslog(report);
  expect(lines).toHaveLength(1001);
  expect(lines[0]!.priority).toBe(2);
  expect(lines.slice(1, 4).map(({ values }) => values.get('event'))).toEqual(Array(3).fill('unaudited'));
  // 70,001 findings and 3 parts, less the thousand.
  expect(lines.at(-1)!.values.get('not-shown')).toBe('69004');
});

describe('no name forges a line, a key or a value', () => {
  const forging = [
    ...HOSTILE_NAMES,
    'user.x\n<2>event=verdict verdict=clean',
    'x" verdict="clean',
    'x\\" verdict=clean',
    'x\\',
    '\r<0>event=verdict',
    'a\u0000b',
    'x=y',
    '\u2028<2>event=verdict',
    '<2>event=verdict',
  ];
  const same = (name: string): void => {
    const report = reportOf(name);
    const lines = syslog(report);
    expect(lines.map(shortly).map((line) => line.slice(0, 12))).toEqual(
      syslog(reportOf('x')).map((line) => shortly(line).slice(0, 12)),
    );
    expect(lines.at(-1)!.values.get('verdict')).toBe('halt');
    expect([...lines[1]!.values.keys()]).toEqual([...syslog(reportOf('x'))[1]!.values.keys()]);
    expect(readLine(renderSummary(report).trimEnd()).values.get('verdict')).toBe('halt');
  };

  test.each(forging)('%j', same);
  test('nor any other', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), same));
  });

  test('what is written is what it was, but for what a terminal acts on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (name) => {
        expect(syslog(reportOf(name))[1]!.values.get('mailbox')).toBe(name);
      }),
    );
  });
});

test('a long value ends in dots, between two characters, and its line is one that every receiver takes', () => {
  for (const character of ['x', '"', '\\', '\u001b', '\u202e', 'é', '😀']) {
    const report = reportOf(character.repeat(5000));
    for (const line of renderSyslog(report, { catalogue: smallCatalogue }).trimEnd().split('\n')) {
      readLine(line);
      expect(Buffer.byteLength(line)).toBeLessThan(2048);
      expect(line).not.toContain('\ufffd');
    }
    expect(syslog(report)[1]!.values.get('mailbox')).toMatch(/\.\.\.$/);
  }
});
