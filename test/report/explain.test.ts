import { expect, test } from 'vitest';
import { catalogue } from '../../src/findings/catalogue.js';
import { explainAll, explainFinding } from '../../src/report/explain/explain.js';
import { smallCatalogue } from '../support/report.js';

const options = { color: false, width: 80 };

test('the list holds every code, worst class first', () => {
  expect(explainAll({ ...options, catalogue: smallCatalogue })).toBe(`halt: replicate nothing until a person has looked
  list-gone  The list is gone

admin: a person must act for this mailbox or user first; the rest may be
replicated
  uid-clash  Two messages under one UID

safe: replication as it stands repairs it, or neither spreads it nor trips over
it
  lagging    Not copied yet

cyraudit explain CODE says what a finding means and what to do.
`);
});

test.each([...catalogue.values()])('$code has every part of its explanation', (finding) => {
  const text = explainFinding(finding, options);
  expect(text).toMatch(/What it is\n {2}\S[^]*What replication does\n {2}\S[^]*What to do\n {2}\S[^]*Example\n {2}\S/);
  expect(finding.message(finding.example)).not.toMatch(/undefined|NaN|\[object/);
});
