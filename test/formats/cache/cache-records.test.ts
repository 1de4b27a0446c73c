import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findMalformedItem } from '../../../src/formats/cache/check-items.js';
import {
  CACHE_ITEMS,
  MIN_CACHE_RECORD,
  SECTION_VERSIONS,
  sectionPart,
  sectionVersion,
} from '../../../src/formats/cache/layout.js';
import {
  CacheRecord,
  cacheGeneration,
  cacheRecordCrc,
  readCacheRecord,
} from '../../../src/formats/cache/read-record.js';
import { findSectionFault, listSectionParts, type SectionPart } from '../../../src/formats/cache/section.js';
import { cacheUses } from '../../../src/formats/index/cache-uses.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../../../src/formats/index/read-header.js';
import { recordOffsets } from '../../../src/formats/index/scan-records.js';
import { FLAG_UNLINKED } from '../../../src/model/index-file.js';
import { withTree } from '../../versions/version-fixture.js';
import { blockOf } from '../../support/build-index.js';
import {
  encodeCache,
  encodeCacheRecord,
  encodeSection,
  PLAIN_SECTION,
  type CacheItems,
  type SectionNode,
  type SectionPartValues,
} from '../../support/encode/encode-cache.js';
import { wholeCache } from '../../support/whole-cache.js';

const anchor = fileURLToPath(new URL('../../../fixtures/anchors/cache/', import.meta.url));
const ITEM_NAMES = CACHE_ITEMS.map((name) => name.toLowerCase()) as (keyof CacheItems)[];

interface ReadRecord {
  readonly uid: number;
  readonly cacheVersion: number;
  readonly offset: number;
  readonly length: number;
  readonly items: readonly Buffer[];
  readonly parts: readonly SectionPart[];
}

/** Every record of a cache by the index beside it; whatever a reader complains of fails the test. */
function readAll(dir: string): ReadRecord[] {
  const index = readFileSync(join(dir, 'cyrus.index'));
  const { header, version } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, dir);
  const cache = wholeCache(readFileSync(join(dir, 'cyrus.cache')));
  expect(cacheGeneration(cache)).toBe(header!.generationNo);
  const o = recordOffsets(version!);
  const isUse = ({ view }: { view: DataView }, base: number): boolean =>
    (view.getUint32(base + o.systemFlags) & FLAG_UNLINKED) === 0;
  const found: ReadRecord[] = [];
  for (const uses of cacheUses(() => [blockOf(index, version!)], o, isUse)) {
    for (let n = 0; n < uses.count; n++) {
      const record = new CacheRecord();
      const cacheVersion = uses.cacheVersion[n]!;
      expect(readCacheRecord(cache, uses.offset[n]!, record)).toBeUndefined();
      expect(findMalformedItem(cache.bytes, record, cacheVersion)).toBeUndefined();
      if (uses.cacheCrc[n] !== 0) expect(cacheRecordCrc(cache, record)).toBe(uses.cacheCrc[n]);
      const items = [...record.itemAt].map((at, item) => {
        const from = record.base + at;
        return cache.bytes.subarray(from, from + record.itemLength[item]!);
      });
      const section = items[CACHE_ITEMS.indexOf('SECTION')]!;
      const parts = listSectionParts(section, 0, section.length, sectionVersion(cacheVersion)!, 1000);
      found.push({
        uid: uses.uid[n]!,
        cacheVersion,
        offset: record.offset,
        length: record.length,
        items: [...items],
        parts,
      });
    }
  }
  return found;
}

describe('a cache that Cyrus 3.6.1 wrote, with messages of every shape', () => {
  const records = readAll(anchor);
  const answered = JSON.parse(readFileSync(join(anchor, 'answered.json'), 'utf8')) as Record<string, string>;

  test('holds what the server answered over IMAP', () => {
    expect(Object.keys(answered)).toHaveLength(24);
    const texts = records.map(({ uid, items }) => [
      String(uid),
      `ENVELOPE ${items[0]!.toString('utf8')} BODYSTRUCTURE ${items[1]!.toString('utf8')}`,
    ]);
    // That of the expunged message is still there.
    expect(Object.fromEntries(texts)).toEqual({ 1: expect.any(String) as string, ...answered });
  });

  test('its records fill the file', () => {
    let end = 4;
    for (const { offset, length } of records) {
      expect(offset).toBe(end);
      end += length;
    }
    expect(end).toBe(readFileSync(join(anchor, 'cyrus.cache')).length);
  });

  test('its parts are numbered as IMAP numbers them', () => {
    const partsOf = (uid: number): string[] => records.find((one) => one.uid === uid)!.parts.map(({ part }) => part);
    expect(partsOf(1)).toEqual(['0', '1']);
    // multipart/digest with one message.
    expect(partsOf(15)).toEqual(['0', '1', '1.0', '1.1']);
    // Three levels of a multipart with a multipart and a message in it.
    const deep = partsOf(12);
    expect(deep).toContain('1.1.1');
    expect(deep).toContain('2.2.2.1');
    expect(new Set(deep).size).toBe(deep.length);
    expect(records.find((one) => one.uid === 1)!.parts[1]).toEqual({
      part: '1',
      headerOffset: 0,
      headerSize: 177,
      contentOffset: 177,
      contentSize: 19,
      encoding: 'none',
      charset: 'us-ascii',
      contentGuid: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      decodedSize: 19,
      contentLines: 1,
    });
  });
});

describe('caches of other releases are taken apart without a complaint', () => {
  test.each([
    ['v2.4.20-single-a', [3], 100],
    ['v3.0.18-pair-insync', [6], 50],
    ['v3.8.7-single-a', [11], 100],
    ['v3.8.7-upgraded-from-3.0.18-single-a', [6, 11], 100],
    ['index-version-9', [3], 1],
    ['index-version-19', [13], 6],
  ])('%s: cache versions %j', async (name, versions, atLeast) => {
    await withTree(name, (dir) => {
      const records = readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('cyrus.cache') && existsSync(join(dir, dirname(path), 'cyrus.index')))
        .flatMap((path) => readAll(join(dir, dirname(path))));
      expect([...new Set(records.map(({ cacheVersion }) => cacheVersion))].sort((a, b) => a - b)).toEqual(versions);
      expect(records.length).toBeGreaterThanOrEqual(atLeast);
    });
  });
});

/** Lengths of a part without a charset, transcribed from mailbox-files.md section 3. */
test.each([
  [0, 20],
  [3, 20],
  [4, 20],
  [5, 40],
  [6, 40],
  [7, 40],
  [8, 44],
  [9, 48],
  [11, 48],
  [13, 48],
  [14, 48],
])('a part of cache version %i is at least %i bytes long', (cacheVersion, length) => {
  const version = sectionVersion(cacheVersion)!;
  expect(sectionPart.size + version.tail.size).toBe(length);
  expect(version.charsetIsNamed).toBe(cacheVersion >= 4);
});

test('the SECTION of a later cache version is not judged', () => {
  expect(sectionVersion(15)).toBeUndefined();
  const { bytes } = encodeCache([encodeCacheRecord({ section: Buffer.from('anything') })]);
  const record = new CacheRecord();
  expect(readCacheRecord(wholeCache(bytes), 4, record)).toBeUndefined();
  expect(findMalformedItem(bytes, record, 15)).toBeUndefined();
  expect(findMalformedItem(bytes, record, 14)?.expected).toMatch(/^SECTION/);
});

const u32 = fc.nat(0xfffffffe);
const partArb: fc.Arbitrary<SectionPartValues> = fc.record({
  headerOffset: u32,
  headerSize: fc.oneof(u32, fc.constant(-1)),
  contentOffset: u32,
  contentSize: fc.oneof(u32, fc.constant(-1)),
  encoding: fc.constantFrom(0, 1, 2, 255, 0xffff),
  charset: fc.constantFrom('us-ascii', 'utf-8', 'iso-8859-15', 'x'),
  charsetNumber: fc.nat(0xffff),
  guid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  decodedSize: u32,
  contentLines: u32,
});
const { node } = fc.letrec<{ node: SectionNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant<SectionNode>({ parts: [], children: [] }),
    fc
      .array(fc.tuple(partArb, tie('node')), { minLength: 1, maxLength: 3 })
      .chain((rest) =>
        partArb.map((first) => ({ parts: [first, ...rest.map(([part]) => part)], children: rest.map(([, n]) => n) })),
      ),
  ),
}));
const messageArb = node.filter(({ parts }) => parts.length >= 2);

const flatten = ({ parts, children }: SectionNode, prefix = ''): (readonly [string, SectionPartValues])[] => [
  ...parts.map((part, n) => [`${prefix}${n}`, part] as const),
  ...children.flatMap((child, n) => flatten(child, `${prefix}${n + 1}.`)),
];

test('SECTION of every version is read as it was written', () => {
  fc.assert(
    fc.property(messageArb, fc.constantFrom(2, 3, 4, 5, 6, 8, 9, 11, 14), (tree, cacheVersion) => {
      const bytes = encodeSection(tree, cacheVersion);
      const version = sectionVersion(cacheVersion)!;
      expect(findSectionFault(bytes, 0, bytes.length, version)).toBe(-1);
      const expected = flatten(tree).map(([part, values]) => ({
        part,
        headerOffset: values.headerOffset,
        ...(values.headerSize < 0 ? {} : { headerSize: values.headerSize }),
        contentOffset: values.contentOffset,
        ...(values.contentSize < 0 ? {} : { contentSize: values.contentSize }),
        encoding: ['none', 'quoted-printable', 'base64'][values.encoding] ?? 'unknown',
        ...(cacheVersion >= 4
          ? { charset: values.charset }
          : values.charsetNumber === 0xffff
            ? {}
            : { charset: String(values.charsetNumber) }),
        ...(cacheVersion >= 5 ? { contentGuid: values.guid!.toString('hex') } : {}),
        ...(cacheVersion >= 8 ? { decodedSize: values.decodedSize } : {}),
        ...(cacheVersion >= 9 ? { contentLines: values.contentLines } : {}),
      }));
      expect(listSectionParts(bytes, 0, bytes.length, version, 10_000)).toEqual(expected);
      expect(listSectionParts(bytes, 0, bytes.length, version, 3)).toEqual(expected.slice(0, 3));
      // Neither a byte less nor one more is the same tree.
      expect(findSectionFault(bytes, 0, bytes.length - 1, version)).toBeGreaterThanOrEqual(0);
      expect(findSectionFault(Buffer.concat([bytes, Buffer.alloc(1)]), 0, bytes.length + 1, version)).toBe(
        bytes.length,
      );
    }),
  );
});

test('a million nested tables are followed, and one part too few is found', () => {
  const depth = 1_000_000;
  const level = Buffer.alloc(4 + 2 * 20);
  level.writeUInt32BE(2);
  const bytes = Buffer.alloc(depth * level.length + 4, level);
  bytes.fill(0, depth * level.length);
  const version = sectionVersion(3)!;
  expect(findSectionFault(bytes, 0, bytes.length, version)).toBe(-1);
  expect(findSectionFault(bytes, 0, bytes.length - 4, version)).toBe(bytes.length - 4);
  expect(listSectionParts(bytes, 0, bytes.length, version, 100)).toHaveLength(100);
});

describe('items are held to what Cyrus writes in them', () => {
  const list = '(NIL)';
  test.each<[keyof CacheItems, string, boolean]>([
    ['envelope', '("a" {3}\r\n"(\\ (NIL 5)("x" NIL))', true],
    ['envelope', '', false],
    ['envelope', '\0\0\0\0', false],
    ['envelope', 'NIL', false],
    ['envelope', '(NIL', false],
    ['envelope', '(NIL))', false],
    ['envelope', '(NIL) ', false],
    ['envelope', '("a)', false],
    ['envelope', '("a\r\n")', false],
    ['envelope', '(a\0b)', false],
    ['envelope', '(\xe4)', false],
    ['envelope', '("\xe4")', true],
    ['envelope', '({3}\r\nab)', false],
    ['envelope', '({3}\r\nabc)', true],
    ['envelope', '({3}\r\n\0\n")', true],
    ['envelope', '({4294967296}\r\nabc)', false],
    ['envelope', '({}\r\n)', false],
    ['envelope', '({2}abc)', false],
    ['bodystructure', `${list}${list}`, false],
    ['bodystructure', `(${list}${list} "MIXED")`, true],
    ['body', 'x', false],
    ['headers', '', true],
    ['headers', 'A: b\r\n c\r\n\td\r\nE:\r\n', true],
    ['headers', 'A: b\n c\r\n', true],
    ['headers', 'A: b', false],
    ['headers', 'A: b\n', false],
    ['headers', ' folded\r\n', false],
    ['headers', 'A\r\n', false],
    ['headers', '\r\n', false],
    ['headers', 'A: b\r\nno colon\r\n', false],
    ['subject', 'NIL', true],
    ['subject', '""', true],
    ['subject', '{2}\r\n""', true],
    ['subject', '', false],
    ['subject', 'NILL', false],
    ['subject', '"a" ', false],
    ['from', 'anything \0\xff', true],
    ['bcc', '', true],
  ])('%s %j: %j', (name, text, isSound) => {
    const { bytes } = encodeCache([encodeCacheRecord({ [name]: text })]);
    const record = new CacheRecord();
    expect(readCacheRecord(wholeCache(bytes), 4, record)).toBeUndefined();
    const problem = findMalformedItem(bytes, record, 11);
    if (isSound) expect(problem).toBeUndefined();
    else {
      expect(problem).toMatchObject({ code: 'cache-item-malformed' });
      expect(problem!.expected).toMatch(new RegExp(`^${name.toUpperCase()} of ${text.length} bytes: `));
      const at = 4 + record.itemAt[ITEM_NAMES.indexOf(name)]!;
      expect(problem!.offset).toBeGreaterThanOrEqual(at);
      expect(problem!.offset).toBeLessThanOrEqual(at + text.length);
    }
  });
});

describe('damage to a record is found and named', () => {
  const first = encodeCacheRecord({ headers: 'Subject: first\r\n' });
  const second = encodeCacheRecord({ headers: 'Subject: the second one\r\n' });
  const { bytes } = encodeCache([first, second]);
  const read = (cache: Buffer, offset = 4): [ReturnType<typeof readCacheRecord>, CacheRecord] => {
    const record = new CacheRecord();
    return [readCacheRecord(wholeCache(cache), offset, record), record];
  };
  const [, sound] = read(bytes);

  test.each(CACHE_ITEMS.map((name, item) => [name, item] as const))('length of %s at its limits', (name, item) => {
    const at = 4 + sound.itemAt[item]! - 4;
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32BE(0xffffffff, at);
    expect(read(damaged)[0]).toEqual({
      code: 'cache-item-length',
      offset: at,
      expected: expect.stringMatching(new RegExp(`^${name} of at most \\d+ bytes$`)) as string,
      actual: '4294967295 bytes',
    });
    // Items of no bytes end nowhere near: only the checksum, or an item out of place, tells.
    damaged.writeUInt32BE(0, at);
    const [problem, record] = read(damaged);
    const isEmptyAnyway = sound.itemLength[item] === 0;
    const isTold =
      problem !== undefined ||
      findMalformedItem(damaged, record, 11) !== undefined ||
      crc32(damaged.subarray(4, 4 + record.length)) !== crc32(first);
    expect(isTold).toBe(!isEmptyAnyway);
  });

  test('every truncation', () => {
    for (let length = 0; length < 4 + first.length; length++) {
      const [problem] = read(bytes.subarray(0, length));
      expect(problem?.code).toBe(length < 4 + MIN_CACHE_RECORD ? 'cache-record-outside' : 'cache-item-length');
    }
    expect(read(bytes.subarray(0, 4 + first.length))[0]).toBeUndefined();
  });

  test.each([0, 1, 3, bytes.length - MIN_CACHE_RECORD + 1, bytes.length, bytes.length + 1, 2 ** 47])(
    'a record at byte %i',
    (offset) => {
      expect(read(bytes, offset)[0]).toMatchObject({ code: 'cache-record-outside', offset });
    },
  );

  test('every flipped bit fails the checksum or what is before it', () => {
    for (let bit = 0; bit < first.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[4 + (bit >> 3)]! ^= 1 << (bit & 7);
      const [problem, record] = read(damaged);
      if (problem === undefined) expect(cacheRecordCrc(wholeCache(damaged), record)).not.toBe(crc32(first));
    }
  });

  test('a file that shrinks while it is read', () => {
    const shrinking = { size: bytes.length, bytes, hold: (at: number, n: number) => (at + n > 300 ? -1 : at) };
    expect(readCacheRecord(shrinking, 4, new CacheRecord())?.code).toBe('cache-record-outside');
  });

  test('a record longer than any is not taken for one', () => {
    const huge = { size: 2 ** 33, bytes: Buffer.alloc(4), hold: () => 0 };
    huge.bytes.writeUInt32BE(0x7fffffff);
    expect(readCacheRecord(huge, 4, new CacheRecord())).toMatchObject({
      code: 'cache-item-length',
      actual: '2147483647 bytes',
    });
  });
});

describe('hostile bytes end in a fault', () => {
  const bytesArb = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    // Lengths that lead somewhere, and the characters that the items are made of.
    fc.array(fc.constantFrom(0, 0, 0, 1, 2, 4, 8, 40, 41, 34, 123, 125, 13, 10, 58, 48, 255), { maxLength: 600 }),
  );

  test('of any kind, in any version', () => {
    fc.assert(
      fc.property(bytesArb, fc.nat(20), fc.nat(15), (values, offset, cacheVersion) => {
        const bytes = Buffer.from(values);
        const record = new CacheRecord();
        const cache = wholeCache(bytes);
        if (readCacheRecord(cache, offset, record) !== undefined) return;
        expect(record.offset + record.length).toBeLessThanOrEqual(bytes.length);
        findMalformedItem(bytes, record, cacheVersion);
        cacheRecordCrc(cache, record);
      }),
      { numRuns: 2000 },
    );
  });

  test('in SECTION', () => {
    fc.assert(
      fc.property(bytesArb, fc.constantFrom(...SECTION_VERSIONS), (values, version) => {
        const bytes = Buffer.from(values);
        const at = findSectionFault(bytes, 0, bytes.length, version);
        expect(at).toBeLessThanOrEqual(bytes.length);
        if (at < 0) listSectionParts(bytes, 0, bytes.length, version, 100);
      }),
      { numRuns: 2000 },
    );
  });

  test('in names of charsets that are full of zeros', () => {
    const part = Buffer.alloc(20 + 0xfffc);
    part.writeUInt16BE(0xfffc, 16);
    part[part.length - 1] = 0x78;
    const count = Buffer.from([0, 0, 0, 2]);
    const bytes = Buffer.concat([count, part, part, Buffer.alloc(4)]);
    const version = sectionVersion(4)!;
    expect(findSectionFault(bytes, 0, bytes.length, version)).toBe(-1);
    expect(listSectionParts(bytes, 0, bytes.length, version, 100).map(({ charset }) => charset)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('in a sound record of which bytes are overwritten', () => {
    const { bytes } = encodeCache([encodeCacheRecord({ section: encodeSection(PLAIN_SECTION, 11) })]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }), (writes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of writes) damaged[at] = value;
        const record = new CacheRecord();
        if (readCacheRecord(wholeCache(damaged), 4, record) === undefined) findMalformedItem(damaged, record, 11);
      }),
      { numRuns: 2000 },
    );
  });
});
