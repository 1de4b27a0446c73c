import { describe, expect, test } from 'vitest';
import {
  bytes,
  defineLayout,
  type Field,
  readNumber,
  readU64,
  time32,
  timeNs,
  u32,
  u32x4,
  u64,
} from '../../src/bytes/layout.js';

describe('a table that was typed wrongly does not load', () => {
  test.each<[string, number, Record<string, Field>, [number, number][], RegExp]>([
    ['a gap', 16, { a: u32(0), b: u64(8) }, [], /gap at 4 before b/],
    ['a gap at the start', 8, { b: u32(4) }, [], /gap at 0 before b/],
    ['an overlap', 16, { a: u64(0), b: u32(4), c: u32(8), d: u32(12) }, [], /b at 4 overlaps/],
    ['a spare over a field', 8, { a: u64(0) }, [[4, 4]], /overlaps/],
    ['a total that is too large', 12, { a: u64(0) }, [], /fields end at 8, the structure at 12/],
    ['a total that is too small', 4, { a: u64(0) }, [], /fields end at 8, the structure at 4/],
  ])('%s', (_, size, fields, spare, message) => {
    expect(() => defineLayout(size, fields, spare)).toThrow(message);
  });

  test('fields in any order and spares that fill the gaps do', () => {
    const layout = defineLayout(32, { b: u64(8), a: u32(0), list: u32x4(16) }, [[4, 4]]);
    expect([layout.offsetOf('a'), layout.offsetOf('b'), layout.offsetOf('list')]).toEqual([0, 8, 16]);
    expect(layout.offsetOf('c')).toBe(-1);
  });
});

test('numbers are read big-endian, times in whole seconds', () => {
  const data = Buffer.from('0000000100000002ffffffff18493fbaa089ca00', 'hex');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  expect(readNumber(view, 0, u32(0))).toBe(1);
  expect(readNumber(view, 0, u64(0))).toBe(4294967298);
  expect(readNumber(view, 4, u32(0))).toBe(2);
  expect(readNumber(view, 0, time32(8))).toBe(4294967295);
  expect(readNumber(view, 0, timeNs(12))).toBe(1750000001);
  expect(() => readNumber(view, 0, bytes(0, 4))).toThrow(TypeError);
  expect(() => readNumber(view, 0, u32x4(0))).toThrow(TypeError);
});

test.each([0n, 1n, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn])(
  'a 64-bit integer below 2^53 is exact: %s',
  (value) => {
    const data = Buffer.alloc(8);
    data.writeBigUInt64BE(value);
    expect(readU64(new DataView(data.buffer, data.byteOffset, 8), 0)).toBe(Number(value));
  },
);
