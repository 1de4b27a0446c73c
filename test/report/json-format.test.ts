import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/json/json-format.js';
import { inOrder } from '../../src/report/ordered-json.js';
import { adminReport, cleanReport } from '../support/report.js';

test('nothing is lost, and what identifies a report comes first', () => {
  const text = renderJson(adminReport);
  expect(JSON.parse(text)).toEqual(adminReport);
  expect(text.startsWith('{\n  "schemaVersion": 1,\n  "tool": {\n    "name": "cyraudit",')).toBe(true);
  expect(text.endsWith('}\n')).toBe(true);
});

test.each([
  ['clean', cleanReport],
  ['with findings', adminReport],
])('written piece by piece it is what JSON.stringify writes: %s', (_, report) => {
  expect(renderJson(report)).toBe(`${JSON.stringify(report, inOrder, 2)}\n`);
});
