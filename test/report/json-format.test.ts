import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/json/json-format.js';
import { adminReport } from '../support/report.js';

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

test('the order in which objects were built does not show', () => {
  expect(renderJson(reversed(adminReport) as typeof adminReport)).toBe(renderJson(adminReport));
});

test('nothing is lost, and what identifies a report comes first', () => {
  const text = renderJson(adminReport);
  expect(JSON.parse(text)).toEqual(adminReport);
  expect(text.startsWith('{\n  "schemaVersion": 1,\n  "tool": {\n    "name": "cyraudit",')).toBe(true);
  expect(text.endsWith('}\n')).toBe(true);
});
