/** What holds for every report format. */
import { describe, expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import type { Report } from '../../src/generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../../src/report/format-descriptions.js';
import { reportFormats } from '../../src/report/formats.js';
import { renderJson } from '../../src/report/json/json-format.js';
import { HOSTILE_NAMES, reportOf } from '../support/hostile-report.js';
import { adminReport, cleanReport, smallCatalogue } from '../support/report.js';

const options = { color: false, width: 100, catalogue: smallCatalogue };
const invalid = makeReportValidator();

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

/** A report as the first release wrote it, without any field that came later. */
const oldReport: Report = {
  ...adminReport,
  complete: false,
  sides: adminReport.sides.map(({ replicatesAs: _, ...side }) => side),
  mailboxes: [
    {
      mboxname: 'user.ada',
      uniqueid: null,
      class: 'admin',
      findings: [{ code: 'uid-clash', class: 'admin', facts: {} }],
    },
  ],
  users: [{ userid: 'bob', class: 'safe', findings: [] }],
  unaudited: [{ what: 'cyrus.index', reason: 'EACCES' }],
};

test('each format has a name and a description of its own', () => {
  expect(reportFormats.map(({ name, description }) => [name, description])).toEqual(
    Object.entries(FORMAT_DESCRIPTIONS),
  );
});

describe.each(reportFormats)('$name', ({ render }) => {
  test.each<[string, Report]>([
    ['clean', cleanReport],
    ['admin', adminReport],
    ['hostile', reportOf(HOSTILE_NAMES.join(''))],
  ])('a saved report that is %s reads as the fresh one', (_, report) => {
    const text = render(report, options);
    expect(render(JSON.parse(renderJson(report)) as Report, options)).toBe(text);
    expect(render(reversed(report) as Report, options)).toBe(text);
  });

  test('an old report, and findings that this version knows otherwise or not at all', () => {
    expect(invalid(oldReport)).toBeUndefined();
    for (const texts of [smallCatalogue, new Map<string, never>()]) {
      const text = render(oldReport, { ...options, catalogue: texts });
      expect(text).not.toMatch(/undefined|NaN|\[object/);
      expect(text.endsWith('\n')).toBe(true);
    }
  });
});

// JSON is for programs, and may hold any character.
describe.each(reportFormats.filter(({ name }) => name !== 'json'))('$name', ({ render }) => {
  test.each(HOSTILE_NAMES)('%j sends no character that a terminal acts on', (name) => {
    expect(render(reportOf(name), options)).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u,
    );
  });
});
