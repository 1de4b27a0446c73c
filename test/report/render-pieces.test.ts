import { constants } from 'node:buffer';
import { expect, test } from 'vitest';
import type { AuditError } from '../../src/model/audit-error.js';
import { renderPieces } from '../../src/report/render-pieces.js';
import { reportFormats } from '../../src/report/formats.js';
import type { ReportFormat } from '../../src/report/report-format.js';
import { adminReport, smallCatalogue } from '../support/report.js';

const options = { catalogue: smallCatalogue, color: false, width: 100 };

test.each(reportFormats.map((format) => [format.name, format] as const))(
  '%s: pieces make up the report',
  (_, format) => {
    expect([...renderPieces(format, adminReport, options)].join('')).toBe(format.render(adminReport, options));
  },
);

test.each(
  reportFormats.flatMap(({ name, pieces, render }) => (pieces === undefined ? [] : [[name, pieces, render] as const])),
)('%s: no piece grows with the report', (_, pieces, render) => {
  const [mailbox] = adminReport.mailboxes;
  const mailboxes = Array.from({ length: 5000 }, (__, i) => ({ ...mailbox!, mboxname: `user.u${String(i)}` }));
  const report = { ...adminReport, mailboxes };
  const all = [...pieces(report)];
  expect(all.join('')).toBe(render(report, options));
  expect(Math.max(...all.map(({ length }) => length))).toBeLessThan(100_000);
});

test('json and ndjson are written in pieces', () => {
  const inPieces = reportFormats.filter(({ pieces }) => pieces !== undefined);
  expect(inPieces.map(({ name }) => name)).toEqual(['json', 'ndjson']);
});

test('a report that is longer than a string can be is refused with what to do', () => {
  const format: ReportFormat = {
    name: 'endless',
    description: '',
    render: () => 'x'.repeat(constants.MAX_STRING_LENGTH + 1),
  };
  let refusal: unknown;
  try {
    renderPieces(format, adminReport, options);
  } catch (error) {
    refusal = error;
  }
  const { message, advice } = refusal as AuditError;
  expect(message).toMatch(/^--report endless: expected at most [0-9,]+ characters of report, found more$/);
  expect(advice).toContain('json or ndjson');
});

test('another error is not taken for that', () => {
  const format: ReportFormat = {
    name: 'broken',
    description: '',
    render: () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
  };
  expect(() => renderPieces(format, adminReport, options)).toThrow('Maximum call stack size exceeded');
});
