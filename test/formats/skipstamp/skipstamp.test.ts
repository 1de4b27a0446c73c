import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSkipstamp } from '../../../src/formats/skipstamp/skipstamp.js';

test('a file of a real server', () => {
  expect(parseSkipstamp(Buffer.from('6b011c86', 'hex'), 's')).toEqual({ value: { recovery: 1795234950 }, faults: [] });
});

test.each([
  [0, 0],
  [3, 3],
  [5, 4],
])('%i bytes', (length, offset) => {
  const { value, faults } = parseSkipstamp(Buffer.alloc(length, 1), 's');
  expect(value === undefined).toBe(length < 4);
  expect(faults).toEqual([
    { code: 'skipstamp-size', file: 's', offset, expected: '4 bytes', actual: `${String(length)} bytes` },
  ]);
});

test('takes any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (b) => void parseSkipstamp(Buffer.from(b), 's')));
});
