import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from '../../src/cli/json-fault.js';

test.each([
  ['', 'nothing'],
  [' \n', 'nothing'],
  ['nope', 'text that is not JSON from line 1, column 2 on: "ope"'],
  ['{"a": 1,\n "b": x}', 'text that is not JSON from line 2, column 7 on: "x}"'],
  ['{} {}', 'text that is not JSON from line 1, column 4 on: "{}"'],
  ['{"a": [1, 2', 'the beginning of JSON, which ends at line 1, column 12'],
  ['{"a": "b', 'the beginning of JSON, which ends at line 1, column 9'],
  ['{"a": 1.', 'the beginning of JSON, which ends at line 1, column 9'],
  ['"\\u12', 'the beginning of JSON, which ends at line 1, column 6'],
  ['{"a":\n\n', 'the beginning of JSON, which ends at line 3, column 1'],
])('%j: %s', (text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

test('JSON that breaks off is told apart from JSON that goes wrong, and where', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.nat(), (json, n) => {
      const text = `[${json}]`;
      const at = 1 + (n % (text.length - 1));
      expect(jsonFault(text.slice(0, at))).toMatch(/^the beginning of JSON, which ends at line \d+, column \d+$/);
      expect(jsonFault(`${text}\n}`)).toBe('text that is not JSON from line 2, column 1 on: "}"');
    }),
  );
});

test('a long text is not searched', () => {
  expect(jsonFault(`[${'1,'.repeat(3_000_000)}x]`)).toBe('text that is not JSON');
});
