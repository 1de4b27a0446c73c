import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import type { Item } from '../../src/inspect/inspection.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED } from '../../src/model/index-file.js';
import { runCli } from '../support/cli.js';
import { encodeCache, encodeCacheRecord, encodeSection, type CacheItems } from '../support/encode/encode-cache.js';
import { encodeIndex, type RecordValues } from '../support/encode/encode-index.js';

const anchor = fileURLToPath(new URL('../../fixtures/anchors/cache/', import.meta.url));
let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-inspect-cache-'));
  path = join(dir, 'cyrus.cache');
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const items = (): Item[] => [...inspectFile(path).items];
const record = (n: number, cacheVersion = 11, more: CacheItems = {}): Buffer =>
  encodeCacheRecord({ headers: `Subject: number ${n}\r\n`, ...more }, cacheVersion);
const writeIndex = (records: readonly RecordValues[], generationNo = 0): void =>
  writeFileSync(join(dir, 'cyrus.index'), encodeIndex({ version: 17, header: { generationNo }, records }));
const offsetsOf = (found: readonly Item[]): unknown[] =>
  found.filter(({ type }) => type === 'record').map(({ offset }) => offset);
const faultsOf = (found: readonly Item[]): unknown[] =>
  found.filter(({ type }) => type === 'fault').map(({ code, offset, uid }) => [code, offset, uid]);

describe('the cache that Cyrus 3.6.1 wrote', () => {
  test('is shown record by record, with the UIDs of the index beside it', () => {
    for (const name of ['cyrus.cache', 'cyrus.index']) copyFileSync(join(anchor, name), join(dir, name));
    const found = items();
    expect(found[0]).toEqual({ type: 'header', generation: 0, size: readFileSync(path).length });
    expect(faultsOf(found)).toEqual([]);
    expect(found).toHaveLength(1 + 25);
    const uids = found.slice(1).map((item) => item['uids']);
    expect(uids.flat().length).toBe(25);
    expect(found[1]).toMatchObject({
      type: 'record',
      offset: 4,
      length: 584,
      uids: [1],
      cacheVersion: 11,
      envelope: expect.stringMatching(/^\("Tue, 14 Nov 2023 22:13:20 \+0000" "message 1" /) as string,
      headers: 'Content-Type: text/plain\r\n',
      from: 'Sender 1 <sender1@example.org>',
      bcc: '',
      subject: '"message 1"',
      section: [
        { part: '0', headerSize: 177, encoding: 'unknown' },
        { part: '1', contentOffset: 177, contentSize: 19, encoding: 'none', charset: 'us-ascii' },
      ],
    });
  });

  test('without the index, what the records are is told by their shape', () => {
    copyFileSync(join(anchor, 'cyrus.cache'), path);
    const records = items().slice(1);
    expect(records).toHaveLength(25);
    for (const one of records) {
      expect(one).toMatchObject({ type: 'record', cacheVersion: '9 or later' });
      expect(one).not.toHaveProperty('uids');
    }
  });

  test('long texts are cut, and their length is told', () => {
    copyFileSync(join(anchor, 'cyrus.cache'), path);
    const long = items().find(({ to }) => typeof to === 'string' && to.includes('u1@'))!;
    expect(long['to']).toMatch(/^<u0@example\.org>.{1900,2100} \[cut: \d{4} bytes\]$/s);
  });

  test('as text and as NDJSON', () => {
    for (const name of ['cyrus.cache', 'cyrus.index']) copyFileSync(join(anchor, name), join(dir, name));
    const text = runCli(['inspect', path]);
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/^header:\n {2}generation +0\n/m);
    expect(text.stdout.match(/^record: offset \d+, length \d+, crc 0x[0-9a-f]{8}, uids \d+, /gm)).toHaveLength(25);
    const lines = runCli(['inspect', '--ndjson', path]).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Item).filter(({ type }) => type === 'record')).toHaveLength(25);
  });
});

test.each([
  [2, '0 to 3'],
  [4, '4'],
  [6, '5 to 7'],
  [8, '8'],
  [10, '9 or later'],
])('cache version %i is recognised as %s', (version, shown) => {
  writeFileSync(path, encodeCache([record(1, version)]).bytes);
  expect(items()[1]).toMatchObject({ cacheVersion: shown, section: [{ part: '0' }, { part: '1' }] });
  expect(faultsOf(items())).toEqual([]);
});

test('a message with many parts shows the first hundred', () => {
  const part = { headerOffset: 0, headerSize: 1, contentOffset: 1, contentSize: 1, encoding: 0 };
  const leaf = { parts: [], children: [] };
  const parts = Array.from({ length: 150 }, () => part);
  const multipart = { parts, children: parts.slice(1).map(() => leaf) };
  const tree = { parts: [part, part], children: [multipart] };
  const { bytes } = encodeCache([encodeCacheRecord({ section: encodeSection(tree, 11) })]);
  writeFileSync(path, bytes);
  const section = items()[1]!['section'] as readonly unknown[];
  expect(section).toHaveLength(101);
  expect(section[100]).toMatch(/^\[cut: \d+ bytes\]$/);
});

describe('what the index says and the walk does not find', () => {
  const { bytes, records } = encodeCache([1, 2, 3].map((n) => record(n)));
  const uses = records.map((place, n): RecordValues => ({ uid: n + 1, cacheVersion: 11, ...place }));

  test.each<[string, object, unknown[], readonly (readonly number[])[]]>([
    ['nothing', {}, [], [[1], [2], [3]]],
    ['another checksum', { cacheCrc: 1 }, [['cache-record-crc', records[1]!.cacheOffset, 2]], [[1], [2], [3]]],
    ['a place inside a record', { cacheOffset: 12 }, [['cache-item-length', 12, 2]], [[1], [], [3]]],
    ['a place behind the end', { cacheOffset: 99999 }, [['cache-record-outside', 99999, 2]], [[1], [], [3]]],
    ['a shared record', { ...records[0] }, [], [[1, 2], [], [3]]],
    ['an unlinked message', { systemFlags: (FLAG_UNLINKED | FLAG_EXPUNGED) >>> 0 }, [], [[1], [], [3]]],
    ['an archived message with another cache', { systemFlags: FLAG_ARCHIVED, cacheCrc: 1 }, [], [[1], [], [3]]],
    ['an archived message with this cache', { systemFlags: FLAG_ARCHIVED }, [], [[1], [2], [3]]],
    ['a later cache version', { cacheVersion: 15 }, [], [[1], [2], [3]]],
    ['another cache version', { cacheVersion: 3 }, [['cache-item-malformed', expect.any(Number), 2]], [[1], [2], [3]]],
  ])('%s', (_, values, faults, uids) => {
    writeFileSync(path, bytes);
    writeIndex(uses.map((one) => (one.uid === 2 ? { ...one, ...values } : one)));
    const found = items();
    expect(faultsOf(found)).toEqual(faults);
    expect(found.filter(({ type }) => type === 'record').map((item) => item['uids'])).toEqual(uids);
  });

  test('another generation', () => {
    writeFileSync(path, bytes);
    writeIndex(uses, 5);
    expect(faultsOf(items())).toEqual([['cache-generation', 0, undefined]]);
  });
});

describe('where no record can be read', () => {
  const { bytes, records } = encodeCache([1, 2, 3].map((n) => record(n)));
  const [, second, third] = records.map(({ cacheOffset }) => cacheOffset) as [number, number, number];

  test('the walk goes on at the next sound one, and says so', () => {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32BE(0xfffffff0, second);
    writeFileSync(path, damaged);
    expect(offsetsOf(items())).toEqual([4, third]);
    expect(faultsOf(items())).toEqual([['cache-bytes-skipped', second, undefined]]);
    writeIndex([{ uid: 9, cacheVersion: 11, cacheOffset: second, cacheCrc: 1 }]);
    expect(faultsOf(items())).toEqual([
      ['cache-item-length', second, 9],
      ['cache-bytes-skipped', second, undefined],
    ]);
    const { status, stdout } = runCli(['inspect', path]);
    expect(status).toBe(1);
    expect(stdout).toMatch(new RegExp(`^fault: code cache-bytes-skipped, .*the next one at byte ${third}`, 'm'));
  });

  test('half a record, as a crash leaves it, is skipped', () => {
    const half = record(7).subarray(0, 100);
    writeFileSync(path, Buffer.concat([bytes, half, record(8)]));
    expect(offsetsOf(items())).toEqual([4, second, third, bytes.length + 100]);
    expect(faultsOf(items())).toEqual([['cache-bytes-skipped', bytes.length, undefined]]);
    appendFileSync(path, half);
    expect(faultsOf(items())).toHaveLength(2);
  });

  test('a record with a bad item between sound ones is shown', () => {
    const { bytes: odd } = encodeCache([record(1), record(2, 11, { envelope: 'odd' }), record(3)]);
    writeFileSync(path, odd);
    expect(offsetsOf(items())).toHaveLength(3);
    expect(faultsOf(items())).toEqual([['cache-item-malformed', expect.any(Number), undefined]]);
  });

  test.each([
    ['no bytes', Buffer.alloc(0), ['cache-too-short']],
    ['a generation alone', Buffer.alloc(4), []],
    ['zeros', Buffer.alloc(4000), ['cache-bytes-skipped']],
  ])('a file of %s', (_, content, codes) => {
    writeFileSync(path, content);
    expect(faultsOf(items()).map((fault) => (fault as unknown[])[0])).toEqual(codes);
  });

  test('bytes that look like a record everywhere take no longer than others', () => {
    // Every four bytes begin an item of 40 bytes with an open parenthesis.
    writeFileSync(path, Buffer.alloc(400_000, Buffer.from('\0\0\0\x28((((', 'latin1')));
    const before = Date.now();
    expect(faultsOf(items())).toEqual([['cache-bytes-skipped', 4, undefined]]);
    expect(Date.now() - before).toBeLessThan(5000);
  });
});

test('any bytes are walked to their end', () => {
  const pieceArb = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((values) => Buffer.from(values)),
    fc.nat(3).map((n) => record(n)),
    fc.nat(200).map((n) => record(n).subarray(n)),
  );
  fc.assert(
    fc.property(fc.array(pieceArb, { maxLength: 6 }), fc.array(fc.nat(900), { maxLength: 4 }), (pieces, places) => {
      const bytes = Buffer.concat(pieces);
      writeFileSync(path, bytes);
      writeIndex(places.map((cacheOffset, n) => ({ uid: n + 1, cacheOffset, cacheVersion: 11 })));
      let end = 0;
      for (const item of items()) {
        if (item.type !== 'record') continue;
        expect(item['offset']).toBeGreaterThanOrEqual(end);
        end = (item['offset'] as number) + (item['length'] as number);
        expect(item['crc']).toBe(
          `0x${crc32(bytes.subarray(item['offset'] as number, end))
            .toString(16)
            .padStart(8, '0')}`,
        );
      }
      expect(end).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 300 },
  );
});
