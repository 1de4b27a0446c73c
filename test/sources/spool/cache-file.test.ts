import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CacheFile } from '../../../src/sources/spool/cache-file.js';

const MIB = 1024 * 1024;
let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-cache-'));
  path = join(dir, 'cyrus.cache');
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const open = (): CacheFile => {
  const { cache, failure } = CacheFile.open(path);
  if (cache === undefined) throw new Error(failure.reason);
  return cache;
};

test('any range is held, in a window that grows for a long one and is read about once in all', () => {
  const content = Buffer.from(Uint32Array.from({ length: (5 * MIB) / 4 }, (_, n) => n * 2654435761).buffer);
  writeFileSync(path, content);
  const cache = open();
  const expectHeld = (offset: number, length: number): void => {
    const at = cache.hold(offset, length);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(cache.bytes.subarray(at, at + length).equals(content.subarray(offset, offset + length))).toBe(true);
  };
  for (let offset = 0; offset < content.length; offset += 1000)
    expectHeld(offset, Math.min(1000, content.length - offset));
  expect(cache.bytesRead).toBeGreaterThanOrEqual(content.length);
  expect(cache.bytesRead).toBeLessThan(content.length + 5 * 1000);
  expectHeld(7, 3 * MIB);
  expectHeld(0, 4);
  expectHeld(content.length - 1, 1);
  expectHeld(MIB, 0);
  for (const [offset, length] of [
    [content.length, 1],
    [0, content.length + 1],
    [2 ** 47, 4],
  ] as const)
    expect(cache.hold(offset, length)).toBe(-1);
  cache.close();
});

test('what one file left in the window is not taken for the next one', () => {
  writeFileSync(path, Buffer.alloc(100, 1));
  const first = open();
  expect(first.hold(0, 100)).toBe(0);
  first.close();
  writeFileSync(path, Buffer.alloc(10, 2));
  const second = open();
  expect(second.hold(0, 100)).toBe(-1);
  expect(second.bytes[second.hold(0, 10)]).toBe(2);
  second.close();
});

test('two files are open at a time', () => {
  writeFileSync(path, Buffer.alloc(100, 1));
  const first = open();
  writeFileSync(`${path}.NEW`, Buffer.alloc(100, 2));
  const second = CacheFile.open(`${path}.NEW`).cache!;
  expect([first.bytes[first.hold(0, 1)], second.bytes[second.hold(0, 1)]]).toEqual([1, 2]);
  expect(first.bytes[first.hold(0, 1)]).toBe(1);
  first.close();
  second.close();
});

test('a file that grows or shrinks meanwhile', () => {
  writeFileSync(path, Buffer.alloc(100));
  const cache = open();
  expect(cache.hasGrown()).toBe(false);
  appendFileSync(path, Buffer.alloc(10, 7));
  expect(cache.hold(100, 10)).toBe(-1);
  expect(cache.hasGrown()).toBe(true);
  expect(cache.bytes[cache.hold(100, 10)]).toBe(7);
  truncateSync(path, 50);
  expect(cache.hasGrown()).toBe(false);
  expect(cache.hold(60, 10)).toBe(-1);
  cache.close();
});

test('what is no file is told', () => {
  expect(CacheFile.open(path).failure).toEqual({ missing: true, reason: `${path}: open: ENOENT` });
  symlinkSync('/etc/passwd', path);
  expect(CacheFile.open(path).failure).toMatchObject({ missing: false });
  expect(CacheFile.open(dir).failure).toMatchObject({ missing: false });
});
