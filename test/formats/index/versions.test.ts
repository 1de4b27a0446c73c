/** The layout tables as data, held against index.md sections 2 to 4 as transcribed here, and every version both ways. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field, Layout } from '../../../src/bytes/layout.js';
import { decodeRecord } from '../../../src/formats/index/decode-record.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../../../src/formats/index/read-header.js';
import { FlagCrcs, newTotals, recordOffsets, scanRecords } from '../../../src/formats/index/scan-records.js';
import { ANNOT_CRC_INIT } from '../../../src/formats/index/sync-crc.js';
import { INDEX_VERSIONS, RECORD_SIZE_EXCEPTIONS } from '../../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../../src/formats/index/versions/index-version.js';
import type { FormatFault } from '../../../src/model/fault.js';
import { blockOf, reseal } from '../../support/build-index.js';
import { encodeIndex, syncCrcs, type RecordValues } from '../../support/encode/encode-index.js';

/** Offset, length, the first and the last version, name. Source: index.md 3.1. */
type Row = readonly [at: number, length: number, from: number, to: number, name: string];
const HEADER: readonly Row[] = [
  [0, 4, 6, 18, 'generationNo'],
  [4, 4, 6, 18, 'format'],
  [8, 4, 6, 18, 'minorVersion'],
  [12, 4, 6, 18, 'startOffset'],
  [16, 4, 6, 18, 'recordSize'],
  [20, 4, 6, 18, 'numRecords'],
  [24, 4, 6, 18, 'lastAppenddate'],
  [28, 4, 6, 18, 'lastUid'],
  [32, 8, 6, 18, 'quotaMailboxUsed'],
  [40, 4, 6, 18, 'pop3LastLogin'],
  [44, 4, 6, 18, 'uidvalidity'],
  [48, 4, 6, 18, 'deleted'],
  [52, 4, 6, 18, 'answered'],
  [56, 4, 6, 18, 'flagged'],
  [60, 4, 6, 18, 'options'],
  [64, 4, 6, 18, 'leakedCacheRecords'],
  [68, 8, 8, 18, 'highestmodseq'],
  [76, 8, 12, 18, 'deletedmodseq'],
  [84, 4, 12, 18, 'exists'],
  [88, 4, 12, 18, 'firstExpunged'],
  [92, 4, 12, 18, 'lastRepackTime'],
  [96, 4, 12, 18, 'headerFileCrc'],
  [100, 4, 12, 18, 'syncCrcBasic'],
  [104, 4, 12, 18, 'recentuid'],
  [108, 4, 12, 18, 'recenttime'],
  [112, 4, 13, 18, 'pop3ShowAfter'],
  [116, 4, 13, 18, 'quotaAnnotUsed'],
  [120, 4, 13, 18, 'syncCrcAnnot'],
  [124, 4, 14, 18, 'unseen'],
  [128, 8, 16, 18, 'createdmodseq'],
  [136, 4, 17, 18, 'changesEpoch'],
  [140, 8, 18, 18, 'quotaDeletedUsed'],
  [148, 8, 18, 18, 'quotaExpungedUsed'],
  [124, 4, 12, 13, 'headerCrc'],
  [156, 4, 14, 18, 'headerCrc'],
];
/** Source: index.md 4.1. */
const RECORD: readonly Row[] = [
  [0, 4, 6, 19, 'uid'],
  [4, 4, 6, 19, 'internaldate'],
  [8, 4, 6, 19, 'sentdate'],
  [12, 4, 6, 19, 'size'],
  [16, 4, 6, 19, 'headerSize'],
  [20, 4, 6, 10, 'contentOffset'],
  [20, 4, 12, 19, 'gmtime'],
  [24, 4, 6, 19, 'cacheOffset'],
  [28, 4, 6, 19, 'lastUpdated'],
  [32, 4, 6, 19, 'systemFlags'],
  [36, 16, 6, 19, 'userFlags'],
  [52, 4, 6, 14, 'contentLines'],
  [52, 4, 15, 19, 'savedate'],
  [56, 4, 6, 19, 'cacheVersion'],
  [60, 12, 7, 9, 'uuid'],
  [72, 8, 8, 9, 'modseq'],
  [60, 20, 10, 19, 'guid'],
  [80, 8, 10, 19, 'modseq'],
  [88, 8, 13, 19, 'cid'],
  [96, 8, 16, 19, 'createdmodseq'],
  [88, 4, 12, 12, 'cacheCrc'],
  [92, 4, 12, 12, 'recordCrc'],
  [96, 4, 13, 15, 'cacheCrc'],
  [100, 4, 13, 15, 'recordCrc'],
  [104, 4, 16, 19, 'cacheCrc'],
  [108, 4, 16, 19, 'recordCrc'],
];
/** Source: index.md 3.2, 3.3 and 4.2. */
const MOVED: Readonly<Record<string, string>> = {
  '19 header': `0 generationNo4 4 format4 8 minorVersion4 12 startOffset4 16 recordSize4 20 numRecords4 24 lastAppenddate4
    28 lastUid4 32 quotaMailboxUsed8 40 pop3LastLogin4 44 uidvalidity4 48 deleted4 52 answered4 56 flagged4
    60 exists4 64 options4 68 leakedCacheRecords4 72 highestmodseq8 80 deletedmodseq8 88 firstExpunged4 92 lastRepackTime4
    96 headerFileCrc4 100 syncCrcBasic4 104 recentuid4 108 recenttime4 112 pop3ShowAfter4 116 quotaAnnotUsed4
    120 syncCrcAnnot4 124 unseen4 128 createdmodseq8 136 quotaDeletedUsed8 144 quotaExpungedUsed8 152 changesEpoch4
    156 headerCrc4`,
  '20 header': `0 generationNo4 4 format4 8 minorVersion4 12 startOffset4 16 recordSize4 20 numRecords4
    24 lastAppenddate8n 32 quotaMailboxUsed8 40 pop3LastLogin8n 48 deleted4 52 answered4 56 flagged4 60 exists4
    64 options4 68 leakedCacheRecords4 72 highestmodseq8 80 deletedmodseq8 88 lastUid4 92 uidvalidity4
    96 headerFileCrc4 100 syncCrcBasic4 104 recenttime8n 112 pop3ShowAfter8n 120 syncCrcAnnot4 124 unseen4
    128 createdmodseq8 136 quotaDeletedUsed8 144 quotaExpungedUsed8 152 quotaAnnotUsed8 160 changesEpoch8n
    168 firstExpunged8n 176 lastRepackTime8n 184 recentuid4 188 headerCrc4`,
  '20 record': `0 uid4 4 cacheOffset4 8 internaldate8n 16 sentdate8n 24 size8 32 headerSize4 36 systemFlags4 40 userFlags16
    56 cacheVersion4 60 guid20 80 modseq8 88 cid8 96 createdmodseq8 104 gmtime8n 112 lastUpdated8n 120 savedate8n
    128 basecid8 136 cacheCrc4 140 recordCrc4`,
};
/** Bytes that no field has. Source: index.md 3.1; 4.1 for the record of 144 bytes. */
const HEADER_SPARE: Readonly<Record<number, number>> = {
  6: 8,
  7: 8,
  8: 16,
  9: 20,
  10: 20,
  12: 12,
  14: 28,
  15: 28,
  16: 20,
  17: 16,
};

type Place = readonly [name: string, at: number, length: number];
const sorted = (places: Place[]): Place[] => places.sort((a, b) => a[1] - b[1]);
const placesOf = (layout: Layout): Place[] =>
  sorted(Object.entries<Field>(layout.fields).map(([name, { at, length }]) => [name, at, length]));

function documented(minor: number, part: 'header' | 'record'): Place[] {
  const moved = MOVED[`${String(minor)} ${part}`];
  if (moved !== undefined) {
    return sorted(
      [...moved.matchAll(/(\d+) ([a-z]+(?:3[a-z]+)?)(\d+)/gi)].map(([, at, name, length]) => [
        name!,
        Number(at),
        Number(length),
      ]),
    );
  }
  return sorted(
    (part === 'header' ? HEADER : RECORD)
      .filter(([, , from, to]) => from <= minor && minor <= to)
      .map(([at, length, , , name]) => [name, at, length]),
  );
}

const all: readonly (readonly [string, IndexVersion])[] = [
  ...[...INDEX_VERSIONS.values()].map((version) => [String(version.minor), version] as const),
  ...RECORD_SIZE_EXCEPTIONS.map(
    (version) => [`${String(version.minor)}/${String(version.record.size)}`, version] as const,
  ),
];

describe.each(all)('the tables of version %s', (_, version) => {
  const { minor, header, record } = version;

  test('have the documented fields where they are documented', () => {
    expect(placesOf(header)).toEqual(documented(minor, 'header'));
    expect(placesOf(record)).toEqual(documented(minor, 'record'));
  });

  test('have only the documented spare bytes', () => {
    const spare = (layout: Layout): number =>
      layout.size - placesOf(layout).reduce((sum, [, , length]) => sum + length, 0);
    expect(spare(header)).toBe(HEADER_SPARE[minor] ?? 0);
    expect(spare(record)).toBe(minor === 19 ? record.size - 112 : 0);
  });

  test('have nanoseconds where they are documented, and the times of one kind', () => {
    const kinds = new Map(
      [header, record].flatMap((layout) =>
        Object.entries<Field>(layout.fields).map(([name, { kind }]) => [name, kind]),
      ),
    );
    const times = [...kinds].filter(([, kind]) => kind === 'time32' || kind === 'timeNs');
    expect(times.filter(([, kind]) => (kind === 'timeNs') !== minor >= 20)).toEqual([]);
    const marked = [...`${MOVED['20 header']!} ${MOVED['20 record']!}`.matchAll(/([a-z]+(?:3[a-z]+)?)8n/gi)].map(
      ([, name]) => name!,
    );
    if (minor >= 20) expect(times.map(([name]) => name).sort()).toEqual(marked.sort());
  });
});

const u32 = fc.nat(0xffffffff);
const GIB = 2 ** 30;
const userFlags = ['$Label1', undefined, 'Work', '$a', '$b'];

const recordOf = ({ minor }: IndexVersion): fc.Arbitrary<Omit<RecordValues, 'uid'>> =>
  fc.record({
    internaldate:
      minor < 20
        ? u32
        : fc
            .tuple(u32, fc.oneof(fc.constant(0), fc.nat(999_999_999)))
            .map(([seconds, nsec]) => BigInt(seconds) * 1_000_000_000n + BigInt(nsec)),
    sentdate: u32,
    size: minor < 20 ? u32 : fc.maxSafeNat().map((n) => n % (64 * GIB)),
    headerSize: u32,
    gmtime: u32,
    contentOffset: u32,
    cacheOffset: u32,
    lastUpdated: u32,
    contentLines: u32,
    savedate: u32,
    cacheVersion: u32,
    uuid: fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    guid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from([...bytes.subarray(1), 1])),
    modseq: fc.oneof(fc.nat(1000), fc.maxSafeNat()),
    createdmodseq: fc.oneof(fc.constant(0), fc.maxSafeNat()),
    cid: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 60n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    basecid: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    cacheCrc: u32,
    userFlags: fc.constantFrom([0, 0, 0, 0], [1, 0, 0, 0], [5, 0, 0, 0], [29, 0, 0, 0]),
    systemFlags: fc
      .tuple(fc.nat(minor < 12 ? 0xf : 0x1f), fc.constantFrom(0, 0, 0x20000000, 0x80000000, 0xc0000000))
      .map(([imap, internal]) => imap + internal),
  });

/** As Cyrus writes them: no field contradicts another one. */
const consistent = (record: Omit<RecordValues, 'uid'>): Omit<RecordValues, 'uid'> => {
  const [modseq, created] = [Number(record['modseq']), Number(record['createdmodseq'])];
  return {
    ...record,
    headerSize: Math.min(Number(record['headerSize']), Number(record['size'])),
    createdmodseq: modseq === 0 ? created : Math.min(modseq, created),
  };
};

const recordsOf = (version: IndexVersion): fc.Arbitrary<RecordValues[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 0xffffffff }), { maxLength: 8 })
    .chain((uids) =>
      fc.tuple(
        ...uids
          .sort((a, b) => a - b)
          .map((uid) => recordOf(version).map((rest): RecordValues => ({ ...consistent(rest), uid }))),
      ),
    );

describe.each(all)('version %s, both ways', (_, version) => {
  const has = (name: string): boolean => version.record.offsetOf(name) >= 0;

  test('what is encoded is decoded, and the checksums of a naive reading agree', () => {
    fc.assert(
      fc.property(recordsOf(version), (records) => {
        const bytes = encodeIndex({ version, records, userFlags });
        const {
          header,
          version: found,
          faults,
        } = readIndexHeader(bytes.subarray(0, MAX_HEADER_SIZE), bytes.length, 'f');
        expect([faults, found]).toEqual([[], version]);
        const totals = newTotals();
        const recordFaults: FormatFault[] = [];
        const block = blockOf(bytes, version);
        scanRecords(block, version, header!, new FlagCrcs(userFlags), totals, recordFaults, 'f');
        expect(recordFaults).toEqual([]);
        const live = records.filter(({ systemFlags }) => Number(systemFlags) < 0x80000000);
        expect(totals).toMatchObject({
          records: records.length,
          exists: live.length,
          quotaUsed: live.reduce((sum, { size }) => sum + Number(size), 0),
        });
        if (version.minor >= 12) {
          for (const padded of [false, true]) {
            const naive = syncCrcs(version, records, userFlags, padded);
            expect(totals.crcBasic >>> 0).toBe(naive.syncCrcBasic);
            expect((ANNOT_CRC_INIT ^ (padded ? totals.crcAnnotPadded : totals.crcAnnot)) >>> 0).toBe(
              naive.syncCrcAnnot,
            );
          }
        }
        const offsets = recordOffsets(version);
        for (const [i, r] of records.entries()) {
          const flags = Number(r['systemFlags']);
          const date = BigInt(r['internaldate'] as number | bigint);
          const [seconds, nsec] = version.minor < 20 ? [date, 0n] : [date / 1_000_000_000n, date % 1_000_000_000n];
          const word = (r['userFlags'] as readonly number[])[0]!;
          expect(decodeRecord(block, i, offsets, userFlags, header!.highestmodseq)).toEqual({
            uid: r.uid,
            guid: has('guid') ? (r['guid'] as Buffer).toString('hex') : '0'.repeat(40),
            modseq: has('modseq') ? r['modseq'] : 0,
            createdmodseq: has('createdmodseq') ? r['createdmodseq'] : 0,
            internaldate: Number(seconds),
            ...(nsec === 0n ? {} : { internaldateNsec: Number(nsec) }),
            lastUpdated: r['lastUpdated'],
            savedate: has('savedate') ? r['savedate'] : 0,
            size: r['size'],
            systemFlags: flags,
            userFlags: userFlags
              .filter((name, bit) => name !== undefined && (word >>> bit) & 1)
              .map((name) => name!.toLowerCase())
              .sort(),
            unnamedFlags: [],
            cid: has('cid') ? r['cid'] : 0n,
            ...(has('basecid') && r['basecid'] !== 0n ? { basecid: r['basecid'] } : {}),
            expunged: flags >= 0x80000000,
            unlinked: (flags & 0x40000000) !== 0,
            archived: (flags & 0x20000000) !== 0,
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a flipped bit of a record is found where there is a checksum, and named with its place in the file', () => {
    const crcAt = version.record.offsetOf('recordCrc');
    const record: RecordValues = {
      uid: 3,
      modseq: 2,
      size: 9,
      guid: Buffer.alloc(20, 5),
      internaldate: 1000,
      lastUpdated: 1000,
    };
    const good = encodeIndex({ version, records: [{ ...record, uid: 2 }, record] });
    const second = version.header.size + version.record.size;
    for (let bit = 0; crcAt >= 0 && bit < (crcAt + 4) * 8; bit++) {
      const bytes = Buffer.from(good);
      bytes[second + (bit >> 3)]! ^= 1 << (bit & 7);
      const { header } = readIndexHeader(bytes.subarray(0, MAX_HEADER_SIZE), bytes.length, 'f');
      const faults: FormatFault[] = [];
      scanRecords(blockOf(bytes, version), version, header!, new FlagCrcs([]), newTotals(), faults, 'f');
      expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['record-crc', second + crcAt]]);
    }
  });
});

/** Built from the table; its layout was compared with the encoder of Cyrus' development tree. Source: index.md 11, 12. */
const VECTOR_V20 = Buffer.from(
  `000000030000000000000014000000c0000000900000000118493fbaa089ca00
   00000000000004d2000000000000000000000000000000000000000100000001
   0000000100000000000000000000002a000000000000000000000007683f9f40
   000000002392c26e18493fbaa089ca0000000000000000007ce6520600000000
   0000000000000001000000000000000000000000000000000000000000000000
   1845b23bc0288000000000000000000000000000000000000000000707786f82
   000000070000000418493fba6c4acd1518490e406842000000000000000004d2
   0000012c00000012000000010000000000000000000000000000000e00010203
   0405060708090a0b0c0d0e0f10111213000000000000002a0123456789abcdef
   000000000000002818493fb810e31c0018493fd1ad65e80018493fbaa089ca00
   0000000000000000deadbeefc13e5b2f`.replace(/\s/g, ''),
  'hex',
);

describe('the vector of version 20', () => {
  const version = INDEX_VERSIONS.get(20)!;
  const { header, faults } = readIndexHeader(VECTOR_V20.subarray(0, MAX_HEADER_SIZE), VECTOR_V20.length, 'f');
  const block = blockOf(VECTOR_V20, version);

  test('is decoded as documented', () => {
    expect(faults).toEqual([]);
    expect(header).toMatchObject({
      minorVersion: 20,
      startOffset: 192,
      recordSize: 144,
      numRecords: 1,
      lastUid: 7,
      exists: 1,
    });
    expect(header).toMatchObject({
      quotaMailboxUsed: 1234,
      flagged: 1,
      highestmodseq: 42,
      recentuid: 7,
      uidvalidity: 1749000000,
    });
    expect(header).toMatchObject({ lastAppenddate: 1750000001, recenttime: 1750000001, changesEpoch: 1749000000 });
    expect(decodeRecord(block, 0, recordOffsets(version), ['$Label1'])).toEqual({
      uid: 7,
      guid: '000102030405060708090a0b0c0d0e0f10111213',
      modseq: 42,
      createdmodseq: 40,
      internaldate: 1750000000,
      internaldateNsec: 123456789,
      lastUpdated: 1750000100,
      savedate: 1750000001,
      size: 1234,
      systemFlags: 0x12,
      userFlags: ['$label1'],
      unnamedFlags: [],
      cid: 0x0123456789abcdefn,
      expunged: false,
      unlinked: false,
      archived: false,
    });
  });

  test('has the documented CRCs', () => {
    const totals = newTotals();
    const found: FormatFault[] = [];
    scanRecords(block, version, header!, new FlagCrcs(['$Label1']), totals, found, 'f');
    expect(found).toEqual([]);
    expect([totals.crcBasic >>> 0, (ANNOT_CRC_INIT ^ totals.crcAnnotPadded) >>> 0]).toEqual([596820590, 2095469062]);
    expect([header!.syncCrcBasic, header!.syncCrcAnnot]).toEqual([596820590, 2095469062]);
  });
});

describe('what a version does not store has the default of Cyrus', () => {
  const headerOf = (minor: number, values = {}, records: RecordValues[] = []): object =>
    readIndexHeader(encodeIndex({ version: minor, header: values, records }), 1e6, 'f').header!;
  const two: RecordValues[] = [
    { uid: 1, modseq: 5, guid: Buffer.alloc(20, 1) },
    { uid: 2, modseq: 7, guid: Buffer.alloc(20, 2), systemFlags: 0x80000000 },
  ];

  test.each([6, 7])('version %i: no modseq at all', (minor) => {
    expect(headerOf(minor, {}, two)).toMatchObject({ exists: 2, highestmodseq: 1, deletedmodseq: 1, changesEpoch: 0 });
  });
  test.each([8, 9, 10])('version %i: nothing was repacked that was not already gone', (minor) => {
    expect(headerOf(minor, {}, two)).toMatchObject({ exists: 2, highestmodseq: 7, deletedmodseq: 7 });
    expect(headerOf(minor, { highestmodseq: 0 }, two)).toMatchObject({ highestmodseq: 1, deletedmodseq: 1 });
  });
  test.each([12, 16])('version %i: changes are known since the last repack', (minor) => {
    const values = { lastRepackTime: 1234, deletedmodseq: 3 };
    expect(headerOf(minor, values, two)).toMatchObject({ exists: 1, deletedmodseq: 3, changesEpoch: 1234 });
  });
  test('an empty mailbox has new UIDLs, whatever is stored', () => {
    expect(headerOf(17, { options: 4 })).toMatchObject({ options: 5 });
    expect(headerOf(17, { options: 4 }, two)).toMatchObject({ options: 4 });
  });
});

describe('modseqs that older writers left', () => {
  const scan = (bytes: Buffer, minor: number): FormatFault[] => {
    const version = INDEX_VERSIONS.get(minor)!;
    const { header } = readIndexHeader(bytes.subarray(0, MAX_HEADER_SIZE), bytes.length, 'f');
    const faults: FormatFault[] = [];
    scanRecords(blockOf(bytes, version), version, header!, new FlagCrcs([]), newTotals(), faults, 'f');
    return faults;
  };
  const record = { uid: 1, guid: Buffer.alloc(20, 1) };

  test.each([8, 9])('version %i: a value in the upper half is what it stands for', (minor) => {
    const version = INDEX_VERSIONS.get(minor)!;
    const bytes = encodeIndex({
      version,
      header: { highestmodseq: 300 },
      records: [{ ...record, modseq: 258 * 2 ** 32 }],
    });
    expect(scan(bytes, minor)).toEqual([]);
    expect(decodeRecord(blockOf(bytes, version), 0, recordOffsets(version), [], 300).modseq).toBe(258);
  });
  test.each([8, 9])('version %i: a value that is too high in any reading is reported', (minor) => {
    for (const modseq of [301 * 2 ** 32, 2 ** 32 + 1]) {
      const bytes = encodeIndex({ version: minor, header: { highestmodseq: 300 }, records: [{ ...record, modseq }] });
      expect(scan(bytes, minor).map(({ code }) => code)).toEqual(['record-modseq-above-highest']);
    }
  });
  test.each([6, 7])('version %i: no modseq is above the highest', (minor) => {
    expect(scan(encodeIndex({ version: minor, records: [record] }), minor)).toEqual([]);
  });
  test.each([6, 7, 8, 9, 10])(
    'version %i: flags that a newer release left by going back, and none of \\Seen',
    (minor) => {
      expect(scan(encodeIndex({ version: minor, records: [{ ...record, systemFlags: 0xfc00000f }] }), minor)).toEqual(
        [],
      );
      const seen = scan(encodeIndex({ version: minor, records: [{ ...record, systemFlags: 0x10 }] }), minor);
      expect(seen.map(({ code }) => code)).toEqual(['record-undefined-system-flag']);
    },
  );
});

test('a record of 144 bytes is the exception of version 19 alone', () => {
  for (const minor of [16, 17, 18]) {
    const bytes = encodeIndex({ version: minor, records: [] });
    bytes.writeUInt32BE(144, 16);
    reseal(bytes);
    expect(readIndexHeader(bytes, bytes.length, 'f').faults.map(({ code }) => code)).toEqual(['index-record-size']);
  }
});
