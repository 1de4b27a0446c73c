import { expect, test } from 'vitest';
import { xxh3, xxh3Low32 } from '../../src/bytes/xxh3.js';

/** The vectors of cyrusdb.md section 7.7: one of each branch, and both of its ends. */
test.each([
  [0, '2d06800538d394c2'],
  [1, '4c5cca45d0f4811f'],
  [3, '15f7093b173d005c'],
  [4, 'dca012f95811b6b9'],
  [8, 'dec6a9a43575982e'],
  [9, 'cbe393399f17ffbd'],
  [16, '7e484c18d74895d0'],
  [17, '208bde5ee2bed407'],
  [24, '48953b9e46ea32c5'],
  [64, 'dd30702ab46b3745'],
  [92, 'c8c7b7a3f485984c'],
  [128, 'f92b70eaa21a6288'],
  [129, 'f8f76713f2bb60fa'],
  [240, 'ccc7375172c41f03'],
  [241, '0b3b630948ce4a00'],
  [264, 'cfec02e4c65bd842'],
  [1024, '23bc880ebf0d29c6'],
  [1025, 'c09fdfbc398c7d82'],
  [1100, 'ceee0f86a8474bed'],
])('%i bytes', (length, expected) => {
  const bytes = Buffer.from(Array.from({ length }, (_, j) => (31 * j + 7) & 255));
  expect(xxh3(bytes).toString(16).padStart(16, '0')).toBe(expected);
  expect(xxh3Low32(bytes)).toBe(length === 0 ? 0 : Number.parseInt(expected.slice(8), 16));
});
