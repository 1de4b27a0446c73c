import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_HEADER_SIZE, readIndexHeader, type ReadIndexHeader } from '../../../src/formats/index/read-header.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import { VECTOR_V17, buildIndex, reseal } from '../../support/build-index.js';

const read = (index: Buffer): ReadIndexHeader =>
  readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'cyrus.index');

/** The vector with its header changed and sealed again, so that only the change is wrong. */
function changed(change: (bytes: Buffer) => void): Buffer {
  const index = Buffer.from(VECTOR_V17);
  change(index);
  reseal(index.subarray(0, 160));
  return index;
}

test('the header that Cyrus 3.6.1 wrote', () => {
  const { header, minor, version, faults } = read(VECTOR_V17);
  expect(faults).toEqual([]);
  expect([minor, version?.minor]).toEqual([17, 17]);
  expect(header).toEqual({
    minorVersion: 17,
    startOffset: 160,
    recordSize: 112,
    numRecords: 1,
    generationNo: 0,
    lastAppenddate: 1795224872,
    lastUid: 1,
    quotaMailboxUsed: 362,
    pop3LastLogin: 0,
    uidvalidity: 1795224858,
    deleted: 0,
    answered: 0,
    flagged: 0,
    options: 1,
    highestmodseq: 6,
    deletedmodseq: 0,
    exists: 1,
    firstExpunged: 0,
    lastRepackTime: 0,
    headerFileCrc: 0x23615644,
    syncCrcBasic: 3246164327,
    syncCrcAnnot: 566797578,
    recentuid: 0,
    recenttime: 0,
    pop3ShowAfter: 0,
    quotaAnnotUsed: 0,
    quotaDeletedUsed: 0,
    quotaExpungedUsed: 0,
    unseen: 1,
    createdmodseq: 1,
    changesEpoch: 1795224857,
  });
});

describe('what is damaged is named with its offset', () => {
  test.each([
    ['nothing at all', Buffer.alloc(0), 'file-empty', undefined],
    ['a few bytes', VECTOR_V17.subarray(0, 11), 'index-too-short', 0],
    ['half a header', VECTOR_V17.subarray(0, 159), 'index-too-short', 0],
    ['a version that never was', changed((b) => b.writeUInt32BE(5, 8)), 'index-version-unknown', 8],
    ['a version from the future', changed((b) => b.writeUInt32BE(4711, 8)), 'index-version-unknown', 8],
    ['a start behind the header', changed((b) => b.writeUInt32BE(164, 12)), 'index-start-offset', 12],
    ['records of another size', changed((b) => b.writeUInt32BE(104, 16)), 'index-record-size', 16],
    ['a record too many', changed((b) => b.writeUInt32BE(2, 20)), 'index-truncated', 272],
    ['records without end', changed((b) => b.writeUInt32BE(0xffffffff, 20)), 'index-truncated', 272],
    ['a record cut off', VECTOR_V17.subarray(0, 271), 'index-truncated', 271],
    ['bytes behind the records', Buffer.concat([VECTOR_V17, Buffer.alloc(5)]), 'index-trailing-records', 272],
    ['no uidvalidity', changed((b) => b.writeUInt32BE(0, 44)), 'index-uidvalidity-zero', 44],
    ['more recent UIDs than UIDs', changed((b) => b.writeUInt32BE(2, 104)), 'index-recentuid', 104],
    ['records forgotten in the future', changed((b) => b.writeUInt32BE(7, 80)), 'index-deletedmodseq', 76],
    ['an option that nobody defined', changed((b) => b.writeUInt32BE(0x00000102, 60)), 'index-undefined-option', 60],
  ])('%s', (_, index, code, offset) => {
    expect(read(index).faults.map((fault) => [fault.code, fault.offset])).toEqual([[code, offset]]);
  });

  test('any flipped bit of the header is a bad checksum, unless it hits the version', () => {
    for (let bit = 0; bit < 160 * 8; bit++) {
      const index = Buffer.from(VECTOR_V17);
      index[bit >> 3]! ^= 1 << (bit & 7);
      const { faults, header } = read(index);
      expect(header).toBeUndefined();
      expect(faults).toHaveLength(1);
      if (bit >> 3 < 8 || bit >> 3 > 11)
        expect([faults[0]!.code, faults[0]!.offset]).toEqual(['index-header-crc', 156]);
    }
  });

  test('version 11 was never released, and is refused by name', () => {
    const { faults, header, minor } = read(changed((b) => b.writeUInt32BE(11, 8)));
    expect([header, minor]).toEqual([undefined, 11]);
    expect(faults).toMatchObject([{ code: 'index-version-unknown', offset: 8, actual: '11 (never released)' }]);
  });
});

describe('no input throws', () => {
  test('an index cut anywhere', () => {
    for (let length = 0; length < VECTOR_V17.length; length++) {
      const { faults } = read(VECTOR_V17.subarray(0, length));
      expect([length, faults.length]).toEqual([length, 1]);
    }
  });

  test('random bytes, also behind a real version number', () => {
    const minors = fc.constantFrom(...INDEX_VERSIONS.keys(), 0, 11, 21);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), minors, fc.boolean(), (bytes, minor, sealed) => {
        const index = Buffer.from(bytes);
        if (index.length >= 12) index.writeUInt32BE(minor, 8);
        const size = INDEX_VERSIONS.get(minor)?.header.size;
        if (sealed && size !== undefined && index.length >= size) reseal(index.subarray(0, size));
        const { header, faults } = read(index);
        expect(header !== undefined || faults.length > 0).toBe(true);
      }),
    );
  });
});

/** Header and record sizes and where their checksums are. Source: index.md section 2. */
const SIZES: Readonly<Record<number, readonly [header: number, record: number, headerCrc: number, recordCrc: number]>> =
  {
    6: [76, 60, -1, -1],
    7: [76, 72, -1, -1],
    8: [92, 80, -1, -1],
    9: [96, 80, -1, -1],
    10: [96, 88, -1, -1],
    12: [128, 96, 124, 92],
    13: [128, 104, 124, 100],
    14: [160, 104, 156, 100],
    15: [160, 104, 156, 100],
    16: [160, 112, 156, 108],
    17: [160, 112, 156, 108],
    18: [160, 112, 156, 108],
    19: [160, 112, 156, 108],
    20: [192, 144, 188, 140],
  };

describe.each([...INDEX_VERSIONS])('version %i', (minor, version) => {
  test('has the documented sizes', () => {
    const { header, record } = version;
    expect(version.minor).toBe(minor);
    expect([header.size, record.size, header.offsetOf('headerCrc'), record.offsetOf('recordCrc')]).toEqual(
      SIZES[minor],
    );
    expect(header.size).toBeLessThanOrEqual(MAX_HEADER_SIZE);
  });

  test('is read as it was written', () => {
    const values = Object.fromEntries(
      Object.entries(version.header.fields)
        .filter(
          ([name, { kind }]) =>
            kind !== 'bytes' && !/^(headerCrc|minorVersion|startOffset|recordSize|numRecords|options)$/.test(name),
        )
        .map(([name, { kind }], i) => [name, kind === 'timeNs' ? BigInt(1000 + i) * 1_000_000_000n : 1000 + i]),
    );
    // Bounds of one another.
    const highest = 5000;
    for (const name of ['lastUid', 'highestmodseq']) if (name in values) values[name] = highest;
    const { header, faults } = read(buildIndex(version, values, []));
    expect(faults).toEqual([]);
    for (const [name, value] of Object.entries(values)) {
      const decoded = (header as unknown as Record<string, number | undefined>)[name];
      if (decoded !== undefined)
        expect([name, decoded]).toEqual([name, typeof value === 'bigint' ? Number(value / 1_000_000_000n) : value]);
    }
    expect(header).toMatchObject({ minorVersion: minor, numRecords: 0, recordSize: version.record.size });
  });
});

test('every version that was released is decoded', () => {
  expect([...INDEX_VERSIONS.keys()]).toEqual(Object.keys(SIZES).map(Number));
});
