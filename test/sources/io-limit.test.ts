import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bookRead, limitReads, newIoLimit } from '../../src/sources/io-limit.js';
import { readFileInto, readSmallFile } from '../../src/sources/read-only-file.js';

describe('the limit of reading', () => {
  test('bytes take their time, one after the other, whoever reads them', () => {
    const limit = newIoLimit(1_000_000);
    // As another thread has it.
    const other = structuredClone(limit);
    expect(bookRead(limit, 500_000, 1_000_000)).toBe(500_000);
    expect(bookRead(other, 500_000, 1_000_000)).toBe(1_000_000);
    expect(bookRead(limit, 100_000, 1_600_000)).toBe(500_000);
  });

  test('time in which nothing is read is not saved up', () => {
    const limit = newIoLimit(1_000_000);
    bookRead(limit, 1000, 0);
    expect(bookRead(limit, 500_000, 60_000_000)).toBe(500_000);
  });

  test('a limit below a byte per microsecond is not rounded to none', () => {
    expect(bookRead(newIoLimit(3_000_000), 1, 0)).toBe(1);
  });
});

describe('reads of files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-limit-'));
  const file = join(dir, 'file');
  writeFileSync(file, Buffer.alloc(5000));
  afterEach(() => {
    limitReads(undefined);
    rmSync(dir, { recursive: true, force: true });
  });

  test('are booked with what they read', () => {
    const limit = newIoLimit(1_000_000);
    const before = BigInt(Date.now()) * 1000n;
    limitReads(limit);
    readSmallFile(file, 10_000);
    readFileInto(file, Buffer.alloc(10_000));
    limitReads(undefined);
    readSmallFile(file, 10_000);
    const booked = new BigInt64Array(limit.clock)[0]!;
    // Two times 5000 bytes from the first one's beginning, or later when the second one began later.
    expect(booked - before).toBeGreaterThanOrEqual(10_000n);
    const waited = BigInt(Date.now()) * 1000n;
    expect(waited + 1000n).toBeGreaterThanOrEqual(booked);
  });
});
