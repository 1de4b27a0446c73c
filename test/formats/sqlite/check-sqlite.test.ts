import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferSource, type ByteSource } from '../../../src/bytes/byte-source.js';
import { checkSqlite } from '../../../src/formats/sqlite/check-sqlite.js';
import { unpackPair } from '../../support/fixture.js';
import { sqliteAnchors } from '../../support/sqlite-anchors.js';

const check = (bytes: Buffer) => checkSqlite(bufferSource(bytes), 'f');
const codes = (bytes: Buffer): string[] => check(bytes).map(({ code }) => code);

const anchors = sqliteAnchors();

/** Hands out one buffer again and again, as a file that is read in pages may. */
function reusing(bytes: Buffer): ByteSource {
  const shared = Buffer.alloc(65536);
  return {
    size: bytes.length,
    read: (offset, length) => {
      const got = bytes.subarray(offset, offset + length);
      shared.fill(0xff);
      got.copy(shared);
      return shared.subarray(0, got.length);
    },
  };
}

test.each(anchors)('$name is sound', ({ bytes }) => {
  expect(check(bytes)).toEqual([]);
  expect(checkSqlite(reusing(bytes), 'f')).toEqual([]);
});

test('a new database has no content', () => {
  expect(check(Buffer.alloc(0))).toEqual([]);
  expect(check(Buffer.from('S'))).toEqual([]);
});

describe('dav.db of Cyrus 3.6.1', () => {
  let dav: Buffer;
  beforeAll(async () => {
    const pair = await unpackPair('sieve-clean', 'made');
    try {
      const names = readdirSync(pair.master, { recursive: true, encoding: 'utf8' });
      const found = names.filter((name) => name.endsWith('/dav.db')).map((name) => join(pair.master, name));
      dav = readFileSync(found[0]!);
      for (const path of found) expect(check(readFileSync(path))).toEqual([]);
    } finally {
      await pair.dispose();
    }
  });

  const PAGE = 4096;
  test.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['of random bytes', 'sqlite-header', (b) => b.fill(0x5a)],
    ['with another magic', 'sqlite-header', (b) => b.fill(0x58, 0, 1)],
    ['with an odd page size', 'sqlite-header', (b) => b.fill(1, 17, 18)],
    ['with a page size of 256', 'sqlite-header', (b) => b.fill(1, 16, 17).fill(0, 17, 18)],
    ['of a later read version', 'sqlite-header', (b) => b.fill(3, 19, 20)],
    ['with much reserved', 'sqlite-header', (b) => (b.writeUInt16BE(512, 16), b.fill(99, 20, 21))],
    ['with other fractions', 'sqlite-header', (b) => b.fill(63, 21, 22)],
    ['of a later schema format', 'sqlite-header', (b) => b.fill(5, 47, 48)],
    ['cut to 50 bytes', 'sqlite-page', (b) => b.subarray(0, 50)],
    ['cut within a page', 'sqlite-truncated', (b) => b.subarray(0, 5000)],
    ['cut by a page', 'sqlite-truncated', (b) => b.subarray(0, b.length - PAGE)],
    [
      'cut, of a library that did not keep the number of pages',
      'sqlite-page',
      (b) => b.fill(9, 92, 96).subarray(0, 3 * PAGE),
    ],
    ['with a free list that is not there', 'sqlite-page', (b) => b.fill(1, 36, 37)],
    ['with a page of zeros', 'sqlite-page', (b) => b.fill(0, 19 * PAGE, 20 * PAGE)],
    ['with an index of zeros', 'sqlite-page', (b) => b.fill(0, 22 * PAGE, 23 * PAGE)],
    ['with a page of another type', 'sqlite-page', (b) => b.fill(0x0a, 19 * PAGE, 19 * PAGE + 1)],
    ['with a page that begins with noise', 'sqlite-page', (b) => b.fill(0xff, 19 * PAGE + 1, 19 * PAGE + 16)],
    ['with noise in the schema', 'sqlite-page', (b) => b.fill(0xfe, 3000, PAGE)],
    [
      'with a statement that is none',
      'sqlite-schema',
      (b) => b.fill('x', b.indexOf('CREATE TABLE sieve'), b.indexOf('TABLE sieve')),
    ],
  ])('%s', (_, code, damage) => {
    expect(codes(damage(Buffer.from(dav)))).toEqual([code]);
  });

  test('every page but the free ones is looked at', () => {
    for (let at = 0; at < dav.length; at += PAGE) {
      const damaged = Buffer.from(dav).fill(0, at, at + PAGE);
      expect([at, codes(damaged).length]).toEqual([at, 1]);
    }
  });
});

const bytesArb = fc.record({
  base: fc.constantFrom(...anchors),
  writes: fc.array(
    fc.record({ at: fc.nat(), head: fc.boolean(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    { maxLength: 4 },
  ),
  cut: fc.option(fc.nat()),
});

const mutated = ({ base, writes, cut }: typeof bytesArb extends fc.Arbitrary<infer T> ? T : never): Buffer => {
  const bytes = Buffer.from(base.bytes);
  const page = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16);
  for (const write of writes) {
    // Where a page begins is what matters.
    const at = write.head ? ((write.at >>> 4) * page + (write.at & 15)) % bytes.length : write.at % bytes.length;
    bytes.set(write.bytes.subarray(0, bytes.length - at), at);
  }
  return cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
};

test('whatever bytes there are, it ends and says what it found', () => {
  fc.assert(
    fc.property(bytesArb, (input) => {
      for (const { offset, expected, actual } of check(mutated(input))) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect([typeof expected, typeof actual]).toEqual(['string', 'string']);
      }
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void check(Buffer.from(bytes))));
});

/** Opens each file that is named on a line of its input and reads all of it. */
const ORACLE = `
import os, sqlite3, sys
def sound(path):
    if os.path.getsize(path) == 0: return True
    try:
        c = sqlite3.connect(f'file:{path}?immutable=1', uri=True)
        c.text_factory = bytes
        for (name,) in c.execute("select name from sqlite_master where type = 'table'").fetchall():
            c.execute('select * from "%s"' % name.decode()).fetchall()
        return [bytes(x) if isinstance(x, bytes) else x.encode() for (x,) in c.execute('pragma integrity_check')] == [b'ok']
    except Exception: return False
for line in sys.stdin: print('sound' if sound(line.strip()) else 'damaged')
`;

describe.skipIf(spawnSync('python3', ['-c', 'import sqlite3']).status !== 0)('held against SQLite itself', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-sqlite-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('what it opens and calls ok is never reported, and most of the rest is', () => {
    const inputs = fc.sample(bytesArb, { numRuns: 400, seed: 7 }).map(mutated);
    const paths = inputs.map((_, i) => join(dir, String(i)));
    for (const [i, path] of paths.entries()) writeFileSync(path, inputs[i]!);
    const { stdout } = spawnSync('python3', ['-c', ORACLE], { input: paths.join('\n'), encoding: 'utf8' });
    const answers = stdout.trim().split('\n');
    expect(answers).toHaveLength(inputs.length);
    const isReported = inputs.map((bytes) => check(bytes).length > 0);
    const of = (answer: string) => isReported.filter((_, i) => answers[i] === answer);
    const alarms = inputs.filter((_, i) => answers[i] === 'sound' && isReported[i] === true);
    expect(alarms.flatMap(check)).toEqual([]);
    expect(of('sound').length).toBeGreaterThan(20);
    // Not looked at: rows that an index lacks, the order of rows, the words of a statement.
    expect(of('damaged').filter(Boolean).length / of('damaged').length).toBeGreaterThan(0.8);
  });
});
