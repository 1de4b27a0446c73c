import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkCaches } from '../../src/audit/check-cache.js';
import type { ReadMailbox } from '../../src/audit/read-mailbox.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import type { FormatFault } from '../../src/model/fault.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED } from '../../src/model/index-file.js';
import { auditPair } from '../../src/run/audit.js';
import { blockOf } from '../support/build-index.js';
import { mailboxDir } from '../support/edit-side.js';
import { encodeCache, encodeCacheRecord } from '../support/encode/encode-cache.js';
import { encodeIndex, type RecordValues } from '../support/encode/encode-index.js';
import { unpackPair, type UnpackedPair } from '../support/fixture.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-cache-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const record = (n: number): Buffer => encodeCacheRecord({ headers: `Subject: number ${n}\r\n` });
const cache = encodeCache([1, 2, 3].map(record), 7);
const sound: RecordValues[] = cache.records.map((place, n) => ({
  uid: n + 1,
  guid: Buffer.alloc(20, n + 1),
  cacheVersion: 11,
  ...place,
}));

/** A mailbox of these records; archived ones have their cache in `archive/` when `archive` says so. */
function mailbox(
  records: readonly RecordValues[] = sound,
  { version = 17, archive = false, isSound = true } = {},
): ReadMailbox {
  const table = INDEX_VERSIONS.get(version)!;
  const index = encodeIndex({ version, records });
  return {
    dirs: {
      data: dir,
      metaOf: (type: string) => join(dir, type === 'archivecache' && archive ? 'archive' : '', 'cyrus.cache'),
    },
    stream: { version: table, blocks: () => [blockOf(index, table)] },
    indexHeader: { generationNo: 7 },
    recordsAreSound: isSound,
  } as unknown as ReadMailbox;
}

function check(read: ReadMailbox, isDecoded = true): FormatFault[] {
  const unread: string[] = [];
  const faults = [...checkCaches(read, { isDecoded }, { bytesRead: 0 }, unread)];
  expect(unread).toEqual([]);
  return faults;
}

const path = (...below: string[]): string => join(dir, ...below, 'cyrus.cache');
const told = (faults: readonly FormatFault[]): string[] =>
  faults.map(({ code, uid }) => (uid === undefined ? code : `${code} ${uid}`)).sort();
const with_ = (uid: number, values: object): RecordValues[] =>
  sound.map((one) => (one.uid === uid ? { ...one, ...values } : one));

describe('a sound cache', () => {
  test.each([true, false])('is no news (decoded: %j)', (isDecoded) => {
    writeFileSync(path(), cache.bytes);
    const counts = { bytesRead: 0 };
    expect([...checkCaches(mailbox(), { isDecoded }, counts, [])]).toEqual([]);
    expect(counts.bytesRead).toBe(isDecoded ? cache.bytes.length : 4);
  });

  test.each([6, 9, 10, 12, 13, 16, 19, 20])('beside an index of version %i', (version) => {
    writeFileSync(path(), cache.bytes);
    expect(check(mailbox(sound, { version }))).toEqual([]);
  });

  test('with gaps, in another order than the index, and with bytes behind', () => {
    const bytes = Buffer.concat([cache.bytes, Buffer.alloc(99)]);
    writeFileSync(path(), bytes);
    const order = [3, 1].map((uid, n) => ({ ...sound[uid - 1]!, uid: n + 1 }));
    expect(check(mailbox(order))).toEqual([]);
  });

  test('one record for two UIDs of one message, as replication leaves it when it renumbers', () => {
    writeFileSync(path(), cache.bytes);
    expect(check(mailbox([...sound, { ...sound[1]!, uid: 4 }, { ...sound[1]!, uid: 5 }]))).toEqual([]);
  });

  test('without a checksum in the index', () => {
    writeFileSync(path(), cache.bytes);
    expect(check(mailbox(sound.map((one) => ({ ...one, cacheCrc: 0 }))))).toEqual([]);
  });
});

describe('records whose cache Cyrus does not read are passed over', () => {
  test.each<[string, object]>([
    ['unlinked', { systemFlags: (FLAG_UNLINKED | FLAG_EXPUNGED) >>> 0, cacheOffset: 99999 }],
    ['never had one', { cacheOffset: 0 }],
    ['wiped', { uid: 0, systemFlags: (FLAG_UNLINKED | FLAG_EXPUNGED) >>> 0 }],
  ])('%s', (_, values) => {
    writeFileSync(path(), cache.bytes);
    expect(check(mailbox(with_(2, values)))).toEqual([]);
    expect(check(mailbox(with_(2, values)), false)).toEqual([]);
    rmSync(path());
    expect(check(mailbox(sound.map((one) => ({ ...one, ...values }))))).toEqual([]);
  });

  test('an expunged message that still has its file does not count among them', () => {
    writeFileSync(path(), cache.bytes);
    const expunged = with_(2, { systemFlags: FLAG_EXPUNGED, cacheCrc: 1 });
    expect(told(check(mailbox(expunged)))).toEqual(['cache-record-crc 2']);
  });

  test('an index record that fails its own checksum says nothing', () => {
    writeFileSync(path(), cache.bytes);
    const read = mailbox(with_(2, { cacheOffset: 99999 }), { isSound: false });
    expect(told(check(read))).toEqual(['cache-record-outside 2']);
    for (const { bytes } of read.stream!.blocks()) bytes[INDEX_VERSIONS.get(17)!.record.size + 30]! ^= 1;
    expect(check(read)).toEqual([]);
  });

  test('an index without records needs no cache', () => {
    expect(check(mailbox([]))).toEqual([]);
  });
});

describe('damage', () => {
  const flip = (at: number, value = 1): Buffer => {
    const bytes = Buffer.from(cache.bytes);
    bytes[at]! ^= value;
    return bytes;
  };
  const [first, second, third] = cache.records.map(({ cacheOffset }) => cacheOffset) as [number, number, number];
  test.each<[string, Buffer | undefined, string[], string[]]>([
    ['no file', undefined, ['cache-missing'], ['cache-missing']],
    ['no bytes', Buffer.alloc(0), ['cache-too-short'], ['cache-too-short']],
    ['three bytes', Buffer.alloc(3), ['cache-too-short'], ['cache-too-short']],
    ['another generation', flip(3), ['cache-generation'], ['cache-generation']],
    ['text of the second record', flip(second + 10), [], ['cache-record-crc 2']],
    ['padding of the first record', flip(second - 1), [], ['cache-record-crc 1']],
    ['length of an item', flip(second, 0x7f), [], ['cache-item-length 2']],
    [
      'all zero',
      Buffer.alloc(cache.bytes.length),
      ['cache-generation'],
      ['cache-generation', 'cache-record-crc 1', 'cache-record-crc 2', 'cache-record-crc 3'],
    ],
    ['cut in the third record', cache.bytes.subarray(0, third + 50), [], ['cache-item-length 3']],
    [
      'cut before the second record ends',
      cache.bytes.subarray(0, second + 1),
      ['cache-record-outside 2', 'cache-record-outside 3'],
      ['cache-record-outside 2', 'cache-record-outside 3'],
    ],
  ])('%s', (_, bytes, atFiles, atContent) => {
    if (bytes !== undefined) writeFileSync(path(), bytes);
    expect(told(check(mailbox(), false))).toEqual(atFiles);
    expect(told(check(mailbox()))).toEqual(atContent);
  });

  test.each<[string, object, string[], string[]]>([
    ['an offset into another record', { cacheOffset: second + 8 }, [], ['cache-item-length 2']],
    ['the offset of another record', { cacheOffset: first }, [], ['cache-record-crc 2']],
    ['an offset before the first record', { cacheOffset: 2 }, ['cache-record-outside 2'], ['cache-record-outside 2']],
    [
      'an offset whose upper half is damaged',
      { cacheVersion: 0x0001000b },
      ['cache-record-outside 2'],
      ['cache-record-outside 2'],
    ],
    ['a cache version whose SECTION is another one', { cacheVersion: 3 }, [], ['cache-item-malformed 2']],
    [
      'the offset of another message without checksums',
      { cacheOffset: first, cacheCrc: 0 },
      [],
      ['cache-records-overlap'],
    ],
  ])('%s in the index', (_, values, atFiles, atContent) => {
    writeFileSync(path(), cache.bytes);
    expect(told(check(mailbox(with_(2, values)), false))).toEqual(atFiles);
    expect(told(check(mailbox(with_(2, values))))).toEqual(atContent);
  });

  test('a sound record inside another sound one', () => {
    const inner = record(5);
    const outer = encodeCacheRecord({ from: `aaaa${inner.toString('latin1')}` });
    const { bytes, records } = encodeCache([outer], 7);
    const at = bytes.indexOf(inner);
    expect(at % 4).toBe(0);
    writeFileSync(path(), bytes);
    const overlapping = [
      { uid: 1, cacheVersion: 11, ...records[0]! },
      { uid: 2, cacheVersion: 11, cacheOffset: at, cacheCrc: crc32(inner) },
      { uid: 3, cacheVersion: 11, cacheOffset: at, cacheCrc: crc32(inner) },
    ];
    expect(check(mailbox(overlapping))).toEqual([
      {
        code: 'cache-records-overlap',
        file: path(),
        offset: at,
        expected: `the record of uid 1 alone in bytes 4 to ${bytes.length - 1}`,
        actual: `that of uid 2 from byte ${at}, and 1 more`,
      },
    ]);
  });

  test('records that claim more than the file together end the walk', () => {
    // Each is sound by itself and reaches to the end of the file.
    const size = 4000;
    const bytes = Buffer.alloc(size);
    bytes.writeUInt32BE(7);
    const records = Array.from({ length: 90 }, (_, n): RecordValues => {
      const at = 4 + 4 * n;
      return { uid: n + 1, cacheVersion: 11, cacheOffset: at, cacheCrc: 1 };
    });
    for (const { cacheOffset } of records) bytes.writeUInt32BE(size - Number(cacheOffset) - 40, Number(cacheOffset));
    writeFileSync(path(), bytes);
    const faults = check(mailbox(records));
    expect(faults.at(-1)?.code).toBe('cache-records-overlap');
    expect(faults.length).toBeLessThan(5);
  });
});

describe('an interrupted repack', () => {
  const old = encodeCache([record(9)], 6);

  test('left the right cache under the name of a new one', () => {
    writeFileSync(path(), old.bytes);
    writeFileSync(`${path()}.NEW`, cache.bytes);
    const expected = { code: 'cache-repack-interrupted', file: path(), offset: 0 };
    expect(check(mailbox())).toEqual([{ ...expected, expected: 'generation 7', actual: '6' }]);
    expect(check(mailbox(), false)).toEqual([{ ...expected, expected: 'generation 7', actual: '6' }]);
    const damaged = Buffer.from(cache.bytes);
    damaged[20]! ^= 1;
    writeFileSync(`${path()}.NEW`, damaged);
    expect(told(check(mailbox()))).toEqual(['cache-record-crc 1', 'cache-repack-interrupted']);
  });

  test.each([
    ['of another generation', encodeCache([record(1)], 8).bytes],
    ['without bytes', Buffer.alloc(0)],
  ])('a new cache %s is not taken for it', (_, bytes) => {
    const stale = Buffer.from(cache.bytes);
    stale.writeUInt32BE(6);
    writeFileSync(path(), stale);
    writeFileSync(`${path()}.NEW`, bytes);
    expect(told(check(mailbox()))).toEqual(['cache-generation']);
  });

  test('nor is one beside a cache that is newer than the index', () => {
    const newer = Buffer.from(cache.bytes);
    newer.writeUInt32BE(8);
    writeFileSync(path(), newer);
    writeFileSync(`${path()}.NEW`, cache.bytes);
    expect(told(check(mailbox()))).toEqual(['cache-generation']);
  });
});

describe('archived messages', () => {
  const archived = with_(2, { systemFlags: FLAG_ARCHIVED, cacheOffset: 4, cacheCrc: crc32(record(8)) });

  test('have their cache in the archive', () => {
    mkdirSync(join(dir, 'archive'));
    writeFileSync(path(), cache.bytes);
    writeFileSync(path('archive'), encodeCache([record(8)], 7).bytes);
    expect(check(mailbox(archived, { archive: true }))).toEqual([]);
    writeFileSync(path('archive'), encodeCache([record(8)], 6).bytes);
    expect(check(mailbox(archived, { archive: true }))).toMatchObject([
      { code: 'cache-generation', file: path('archive') },
    ]);
    rmSync(path('archive'));
    expect(check(mailbox(archived, { archive: true }))).toMatchObject([
      { code: 'cache-missing', file: path('archive') },
    ]);
  });

  test('or in the same file where there is no archive', () => {
    writeFileSync(path(), cache.bytes);
    expect(check(mailbox(with_(2, { systemFlags: FLAG_ARCHIVED })))).toEqual([]);
    expect(told(check(mailbox(archived)))).toEqual(['cache-record-crc 2']);
  });

  test('a cache that nothing uses may be missing', () => {
    mkdirSync(join(dir, 'archive'));
    writeFileSync(path('archive'), cache.bytes);
    const all = sound.map((one) => ({ ...one, systemFlags: FLAG_ARCHIVED }));
    expect(check(mailbox(all, { archive: true }))).toEqual([]);
  });
});

test('a cache that cannot be read is told, not called sound', () => {
  mkdirSync(path());
  const unread: string[] = [];
  expect([...checkCaches(mailbox(), { isDecoded: true }, { bytesRead: 0 }, unread)]).toEqual([]);
  expect(unread).toEqual([expect.stringContaining('not a regular file')]);
});

test('any bytes for a cache, and any places in the index, end in faults', () => {
  const wordArb = fc.oneof(fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 8, 40, 44), fc.nat(200), fc.nat(0xffffffff));
  fc.assert(
    fc.property(
      fc.array(wordArb, { maxLength: 100 }),
      fc.array(fc.record({ cacheOffset: fc.nat(450), cacheCrc: fc.constantFrom(0, 1), cacheVersion: fc.nat(16) }), {
        maxLength: 8,
      }),
      (words, places) => {
        const bytes = Buffer.alloc(4 * words.length);
        for (const [n, word] of words.entries()) bytes.writeUInt32BE(word, 4 * n);
        writeFileSync(path(), bytes);
        const records = places.map((place, n) => ({ uid: n + 1, ...place }));
        for (const isDecoded of [false, true]) check(mailbox(records), isDecoded);
      },
    ),
    { numRuns: 500 },
  );
});

describe('in an audit of a real pair', () => {
  let pair: UnpackedPair;
  let inbox: string;
  let original: Buffer;
  beforeAll(async () => {
    pair = await unpackPair('clean', 'made');
  });
  afterAll(() => pair.dispose());
  afterEach(() => {
    if (existsSync(`${inbox}.away`)) renameSync(`${inbox}.away`, inbox);
    writeFileSync(inbox, original);
    chmodSync(inbox, 0o600);
  });

  test.each<[string, 'master' | 'replica', (bytes: Buffer) => Buffer | undefined, string | undefined, string]>([
    ['nothing', 'master', (bytes) => bytes, undefined, ''],
    ['gone', 'master', () => undefined, 'cache-missing', 'cache-missing'],
    ['gone', 'replica', () => undefined, 'cache-missing', 'cache-missing'],
    ['cut', 'replica', (bytes) => bytes.subarray(0, 40), 'cache-record-outside', 'cache-record-outside'],
    ['turned bit', 'master', (bytes) => Buffer.from(bytes).fill(0x55, 30, 31), undefined, 'cache-record-damaged'],
    [
      'another generation',
      'replica',
      (bytes) => Buffer.from(bytes).fill(0x55, 0, 1),
      'cache-generation-mismatch',
      'cache-generation-mismatch',
    ],
  ])('%s on the %s', async (_, role, damage, atFiles, atContent) => {
    inbox = join(mailboxDir(pair[role], 'user.ada'), 'cyrus.cache');
    original = readFileSync(inbox);
    const bytes = damage(original);
    if (bytes === undefined) rmSync(inbox);
    else writeFileSync(inbox, bytes);
    const expected = { index: undefined, files: atFiles, content: atContent === '' ? undefined : atContent };
    for (const [level, code] of Object.entries(expected)) {
      const { master, replica } = pair;
      const report = await auditPair({ master, replica, level: level as 'index' | 'files' | 'content', threads: 1 });
      expect(report.unaudited).toEqual([]);
      expect([level, report.verdict]).toEqual([level, code === undefined ? 'clean' : 'safe']);
      expect([level, Object.keys(report.counts.findings)]).toEqual([level, code === undefined ? [] : [code]]);
      for (const finding of report.mailboxes.flatMap(({ findings }) => findings)) expect(finding.side).toBe(role);
    }
  });
});
