import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bufferSource, type ByteSource } from '../../src/bytes/byte-source.js';
import { readLines } from '../../src/bytes/lines.js';

const CHUNK = 64 * 1024;
const read = (text: string, limit = 1024 * 1024) => [...readLines(bufferSource(Buffer.from(text)), limit)];

test('lines come with their places, and the last one says whether it ended', () => {
  expect(read('a\n\nbc').map(({ offset, bytes, ended }) => [offset, bytes.toString(), ended])).toEqual([
    [0, 'a', true],
    [2, '', true],
    [3, 'bc', false],
  ]);
  expect(read('')).toEqual([]);
  expect(read('a\n')).toHaveLength(1);
});

test('a line above the limit is told of, not held', () => {
  const text = `a\n${'x'.repeat(3 * CHUNK)}\nb\n`;
  expect(read(text, CHUNK).map(({ offset, ended, tooLong }) => [offset, ended, tooLong])).toEqual([
    [0, true, undefined],
    [2, true, 3 * CHUNK],
    [3 + 3 * CHUNK, true, undefined],
  ]);
  expect(read('x'.repeat(10), 9)).toMatchObject([{ offset: 0, ended: false, tooLong: 10 }]);
});

test('whatever the lengths, the lines and their LFs are the file', () => {
  const length = fc.oneof(fc.nat(20), fc.integer({ min: CHUNK - 2, max: CHUNK + 2 }));
  fc.assert(
    fc.property(fc.array(length, { maxLength: 6 }), fc.boolean(), (lengths, ends) => {
      const text = lengths.map((n, i) => String.fromCharCode(97 + i).repeat(n)).join('\n') + (ends ? '\n' : '');
      const lines = read(text);
      expect(lines.map(({ bytes, ended }) => bytes.toString() + (ended ? '\n' : '')).join('')).toBe(text);
      for (const { offset, bytes } of lines) expect(text.startsWith(bytes.toString(), offset)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a source that reuses its memory does not change a line that was taken', () => {
  const page = Buffer.alloc(CHUNK);
  const source: ByteSource = {
    size: 2 * CHUNK,
    read: (offset, length) =>
      page
        .fill(offset === 0 ? 'a' : 'b')
        .fill('\n', 0, 8)
        .subarray(0, length),
  };
  const lines = [...readLines(source, CHUNK)];
  expect(lines[8]?.bytes.subarray(0, 3).toString()).toBe('aaa');
});
