import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { PagedFile, openReadOnly, readSmallFile } from '../../src/sources/read-only-file.js';
import { IndexFile } from '../../src/sources/spool/index-file.js';
import { openDatabase, openSmallDatabase } from '../../src/sources/spool/open-database.js';

let dir: string;
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-files-'));
  writeFileSync(at('file'), 'twelve bytes');
  writeFileSync(at('empty'), '');
  mkdirSync(at('directory'));
  symlinkSync('file', at('symlink'));
  expect(spawnSync('mkfifo', [at('fifo')]).status).toBe(0);
  // A hole: it claims a tebibyte and has no bytes.
  writeFileSync(at('huge'), '');
  truncateSync(at('huge'), 2 ** 40);
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** What stands where a file is expected, and never makes us wait, follow or allocate. */
const NOT_FILES = ['fifo', 'symlink', 'directory'] as const;

describe('readSmallFile', () => {
  test('reads a file and an empty one', () => {
    expect(readSmallFile(at('file'), 12).bytes?.toString()).toBe('twelve bytes');
    expect(readSmallFile(at('empty'), 0).bytes).toHaveLength(0);
  });

  test.each(NOT_FILES)('a %s is a failure, not missing', (name) => {
    const read = readSmallFile(at(name), 100);
    expect(read.bytes).toBeUndefined();
    expect(read.failure?.missing).toBe(false);
    expect(read.failure?.reason).toContain(at(name));
  });

  test('a file above the limit is a failure', () => {
    expect(readSmallFile(at('file'), 11).failure?.reason).toMatch(/12 bytes, more than the 11/);
    expect(readSmallFile(at('huge'), 1 << 20).failure?.reason).toMatch(/1099511627776 bytes, more than/);
  });

  test.each(['nothing', 'file/below', 'nothing/below'])('%s is missing', (name) => {
    expect(readSmallFile(at(name), 100).failure?.missing).toBe(true);
  });
});

describe('PagedFile', () => {
  test.each(NOT_FILES)('a %s is refused', (name) => {
    expect(() => PagedFile.open(at(name))).toThrow();
    expect(openDatabase(at(name)).failure?.missing).toBe(false);
    expect(openSmallDatabase(at(name)).failure?.missing).toBe(false);
    expect(IndexFile.open(at(name)).failure?.missing).toBe(false);
  });

  test('a huge file is read a page at a time', () => {
    const file = PagedFile.open(at('huge'));
    expect(file.size).toBe(2 ** 40);
    expect(file.read(2 ** 40 - 4, 100)).toEqual(Buffer.alloc(4));
    file.close();
    const database = openDatabase(at('huge'));
    expect(database.db).toBeUndefined();
    expect(database.faults).not.toEqual([]);
    database.close();
    const { index } = IndexFile.open(at('huge'));
    expect(index!.head.faults).not.toEqual([]);
    index!.close();
  });

  test('any reads give what the bytes in memory give', () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >>> 4));
    writeFileSync(at('pages'), bytes);
    const memory = bufferSource(bytes);
    // Four pages in memory: the rest is read again.
    const file = PagedFile.open(at('pages'), 1);
    const offset = fc.oneof(
      fc.nat(310_000),
      fc.integer({ min: 65_530, max: 65_542 }),
      fc.integer({ min: 299_990, max: 300_010 }),
    );
    fc.assert(
      fc.property(offset, fc.oneof(fc.nat(100), fc.nat(200_000)), (from, length) => {
        expect(file.read(from, length).equals(memory.read(from, length))).toBe(true);
      }),
      { numRuns: 500 },
    );
    file.close();
  });
});

test('openReadOnly neither follows a link nor waits for a writer', () => {
  expect(() => openReadOnly(at('symlink'))).toThrow(/ELOOP/);
  expect(() => openReadOnly(at('nothing'))).toThrow(/ENOENT/);
});
