import fc from 'fast-check';
import parse from 'parse-prometheus-text-format';
import { expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';
import type { Report } from '../../src/generated/report.js';
import { printable } from '../../src/report/printable.js';
import { renderPrometheus } from '../../src/report/prometheus/prometheus-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport } from '../support/report.js';

const NAME = 'cyraudit_[a-z_]+';
/** A sample without a timestamp. Only three escapes exist in a label's value. Source: Prometheus, exposition formats. */
const SAMPLE = new RegExp(`^(${NAME})\\{([a-z_]+="([^"\\\\\\n]|\\\\["\\\\n])*",?)+\\} [0-9]+(\\.[0-9]+)?$`, 'u');

/** What is wrong with the text by the letter of the format; the parser lets much pass. */
function problem(text: string): string | undefined {
  if (!text.endsWith('\n')) return 'no line end at the end';
  const seen = new Set<string>();
  let open: string | undefined;
  const lines = text.slice(0, -1).split('\n');
  for (const [n, line] of lines.entries()) {
    const help = new RegExp(`^# HELP (${NAME}) [^\\n\\\\]+$`).exec(line);
    if (help !== null) {
      open = help[1]!;
      if (seen.has(open)) return `${open} twice`;
      seen.add(open);
      if (lines[n + 1] !== `# TYPE ${open} gauge`) return `${open} without a type`;
    } else if (line !== `# TYPE ${open!} gauge`) {
      if (SAMPLE.exec(line)?.[1] !== open) return `not a sample of ${open!}: ${line}`;
      const series = line.slice(0, line.lastIndexOf(' '));
      if (seen.has(series)) return `twice: ${series}`;
      seen.add(series);
    }
  }
  return undefined;
}

/** Values by metric and by the labels that tell its samples apart. */
function valuesOf(report: Report): Record<string, Record<string, string>> {
  const text = renderPrometheus(report);
  expect(problem(text)).toBeUndefined();
  const common = ['level', 'scope', ...report.sides.map(({ role }) => role)];
  return Object.fromEntries(
    parse(text).map(({ name, metrics }) => [
      name.replace('cyraudit_', ''),
      Object.fromEntries(
        metrics.map(({ labels = {}, value }) => {
          expect(Object.keys(labels)).toEqual(expect.arrayContaining(common));
          const own = Object.entries(labels).filter(([label]) => !common.includes(label));
          return [own.map(([label, text]) => `${label}=${text}`).join(' '), value];
        }),
      ),
    ]),
  );
}

test('an admin report, by a parser', () => {
  expect(valuesOf(adminReport)).toEqual({
    info: { 'version=0.1.0 command=compare': '1' },
    verdict: { '': '2' },
    complete: { '': '1' },
    exit_status: { '': '1' },
    mailboxes: { 'class=clean': '1229', 'class=safe': '2', 'class=admin': '3', 'class=halt': '0' },
    users: { 'class=clean': '39', 'class=safe': '0', 'class=admin': '1', 'class=halt': '0' },
    findings: {
      'code=from-the-future class=admin': '1',
      'code=lagging class=safe': '2',
      'code=uid-clash class=admin': '9',
    },
    records: { 'side=master': '56789', 'side=replica': '56789' },
    files: { 'side=master': '56780', 'side=replica': '56780' },
    read_bytes: { '': '123456789' },
    unaudited: { '': '0' },
    duration_seconds: { '': '12.3' },
    finished_timestamp_seconds: { '': '1735787057.978' },
  });
});

test.each(['clean', 'safe', 'admin', 'halt'] as const)('verdict %s', (verdict) => {
  for (const complete of [true, false]) {
    const unaudited = complete ? [] : [{ what: 'x', reason: 'y' }];
    const report = { ...cleanReport, verdict, complete, unaudited };
    expect(valuesOf(report)).toMatchObject({
      verdict: { '': String(['clean', 'safe', 'admin', 'halt'].indexOf(verdict)) },
      complete: { '': complete ? '1' : '0' },
      unaudited: { '': complete ? '0' : '1' },
      exit_status: { '': String(exitStatus(report, 'admin')) },
    });
  }
});

test('a report of one side, of a part, and with numbers beyond 2^53', () => {
  const report: Report = {
    ...cleanReport,
    command: 'check',
    selection: { users: ['a*'] },
    sides: [{ ...cleanReport.sides[0]!, role: 'single' }],
    counts: { ...cleanReport.counts, records: { single: 3 }, files: {}, bytesRead: '18446744073709551615' },
  };
  const values = valuesOf(report);
  expect(values).toMatchObject({ records: { 'side=single': '3' }, read_bytes: { '': '18446744073709551615' } });
  expect(values).not.toHaveProperty('files');
  expect(renderPrometheus(report)).toContain('cyraudit_verdict{level="files",scope="selection",single="m"} 0\n');
});

test('the metrics of two pairs or levels do not clash', () => {
  const [master, replica] = cleanReport.sides;
  const others: Report[] = [
    cleanReport,
    { ...cleanReport, level: 'content' },
    { ...cleanReport, selection: { users: ['a'] } },
    { ...cleanReport, sides: [{ ...master!, source: 'other' }, replica!] },
  ];
  const samples = others.flatMap((report) =>
    renderPrometheus(report)
      .split('\n')
      .filter((line) => /^c/.test(line)),
  );
  const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
  expect(new Set(series).size).toBe(samples.length);
});

function expectToHold(name: string): void {
  const text = renderPrometheus(reportOf(name));
  expect(problem(text)).toBeUndefined();
  const verdict = parse(text).find((metric) => metric.name === 'cyraudit_verdict')!;
  expect(verdict.metrics[0]!.labels).toMatchObject({ master: printable(name), replica: printable(name) });
}

test.each(HOSTILE_NAMES.map((name) => [JSON.stringify(name.slice(0, 40)), name]))('%s stays a label', (_, name) => {
  expectToHold(name);
});

test('any text stays a label', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), expectToHold), { numRuns: 50 });
  fc.assert(fc.property(fc.stringMatching(/^[\\"n{},=\n ]*$/), expectToHold), { numRuns: 100 });
});

test.each([
  ['a quote without its escape', 'm"'],
  ['another escape', 'm\\x'],
  ['a line end', 'm\n'],
])('%s would be seen', (_, value) => {
  const text = renderPrometheus(cleanReport);
  expect(problem(text)).toBeUndefined();
  expect(problem(text.replace('master="m"', () => `master="${value}"`))).toMatch(/not a sample/);
  expect(problem(text.replace('# TYPE cyraudit_users gauge\n', ''))).toBe('cyraudit_users without a type');
});
