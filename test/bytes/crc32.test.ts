import fc from 'fast-check';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  CRC_START,
  crc32,
  crc32Text,
  crcByte,
  crcConstant,
  crcDecimal,
  crcEnd,
  crcText,
} from '../../src/bytes/crc32.js';

const bytes = fc.uint8Array({ maxLength: 300 });
const state = fc.integer({ min: -0x80000000, max: 0x7fffffff });
/** Latin-1, as all text that goes into a sync CRC. */
const latin1 = fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.from(b).toString('latin1'));

test('the check value of CRC-32', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('any part of any bytes has the CRC that zlib gives it', () => {
  fc.assert(
    fc.property(bytes, fc.nat(300), fc.nat(300), (b, x, y) => {
      const from = Math.min(x, y, b.length);
      const to = Math.min(Math.max(x, y), b.length);
      expect(crc32(b, from, to)).toBe(zlibCrc32(b.subarray(from, to)));
    }),
  );
});

test('text and single bytes add up to the same', () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const expected = zlibCrc32(Buffer.from(text, 'latin1'));
      expect(crc32Text(text)).toBe(expected);
      expect(crcEnd([...Buffer.from(text, 'latin1')].reduce(crcByte, CRC_START))).toBe(expected);
    }),
  );
});

test('a constant text is one step from any state', () => {
  fc.assert(
    fc.property(latin1, state, (text, s) => {
      expect(crcConstant(text)(s)).toBe(crcText(s, text));
    }),
  );
});

test('decimal digits of any number below 2^53', () => {
  const edges = [0, 9, 10, 99, 100, 4294967295, 4294967296, 4294967297, Number.MAX_SAFE_INTEGER];
  for (const value of edges) expect(crcDecimal(CRC_START, value)).toBe(crcText(CRC_START, String(value)));
  for (let power = 1; power < 1e15; power *= 10) {
    for (const value of [power - 1, power, power + 1]) expect(crcDecimal(7, value)).toBe(crcText(7, String(value)));
  }
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(0xffffffff)), state, (value, s) => {
      expect(crcDecimal(s, value)).toBe(crcText(s, String(value)));
    }),
  );
});

test('a range is the same by its length or byte by byte, below and above where zlib takes over', () => {
  const bytes = Buffer.from(Array.from({ length: 2000 }, (_, n) => (n * 7919) % 251));
  for (const length of [0, 1, 15, 16, 17, 700, 767, 768, 769, 1500]) {
    let state = CRC_START;
    for (const byte of bytes.subarray(3, 3 + length)) state = crcByte(state, byte);
    expect(crc32(bytes, 3, 3 + length)).toBe(crcEnd(state));
  }
});
