import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.js';

const keys = ['level', 'max-lost', 'max-duration', 'user', 'to'];

test.each([
  ['levl', 'level'],
  ['LEVEL', 'level'],
  ['leevl', 'level'],
  ['max_lost', 'max-lost'],
  ['maxduration', 'max-duration'],
  ['users', 'user'],
  ['xyzzy', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%s: %s', (word, expected) => {
  expect(nearest(word, keys)).toBe(expected);
});
