import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/json/json-format.js';
import { adminReport } from '../support/report.js';

test('nothing is lost, and what identifies a report comes first', () => {
  const text = renderJson(adminReport);
  expect(JSON.parse(text)).toEqual(adminReport);
  expect(text.startsWith('{\n  "schemaVersion": 1,\n  "tool": {\n    "name": "cyraudit",')).toBe(true);
  expect(text.endsWith('}\n')).toBe(true);
});
