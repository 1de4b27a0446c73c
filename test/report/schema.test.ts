import { expect, test } from 'vitest';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { EFFECTS } from '../../src/model/effects.js';
import { readReportSchema } from '../../src/cli/report-schema.js';
import { adminReport, cleanReport } from '../support/report.js';

const validate = makeReportValidator();

test('reports made by hand are valid', () => {
  expect(validate(cleanReport)).toBeUndefined();
  expect(validate(adminReport)).toBeUndefined();
});

test('the effects of the schema are the effects of the model', () => {
  const { $defs } = readReportSchema() as { $defs: { effect: { enum: string[] } } };
  expect($defs.effect.enum).toEqual(EFFECTS);
});

test.each([
  ['a field that nobody named', { ...cleanReport, extra: 1 }],
  ['a verdict of its own', { ...cleanReport, verdict: 'fine' }],
  ['a time without a zone', { ...cleanReport, startedAt: '2025-01-02 03:04:05' }],
  ['bytes as a number', { ...cleanReport, counts: { ...cleanReport.counts, bytesRead: 5 } }],
  ['another schema version', { ...cleanReport, schemaVersion: 2 }],
  ['a finding without facts', { ...cleanReport, findings: [{ code: 'list-gone', class: 'halt' }] }],
  ['a code that is not kebab-case', { ...cleanReport, findings: [{ code: 'ListGone', class: 'halt', facts: {} }] }],
  ['nested facts', { ...cleanReport, findings: [{ code: 'list-gone', class: 'halt', facts: { a: { b: 1 } } }] }],
  [
    'a clean mailbox in the list',
    { ...cleanReport, mailboxes: [{ mboxname: 'a', uniqueid: null, class: 'clean', findings: [] }] },
  ],
  ['no report at all', null],
])('%s is refused', (_, report) => {
  expect(validate(report)).toMatch(/^report/);
});
