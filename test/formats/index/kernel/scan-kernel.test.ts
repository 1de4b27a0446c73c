/** The kernel says what `scanRecords` says of sound records, and leaves all others to it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanBlock } from '../../../../src/formats/index/kernel/scan-block.js';
import { KERNEL_BUFFER_SIZE, ScanKernel } from '../../../../src/formats/index/kernel/scan-kernel.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../../../../src/formats/index/read-header.js';
import {
  FlagCrcs,
  newTotals,
  recordOffsets,
  scanRecords,
  type RecordTotals,
} from '../../../../src/formats/index/scan-records.js';
import { INDEX_VERSIONS } from '../../../../src/formats/index/versions/all.js';
import {
  FLAG_ARCHIVED,
  FLAG_EXPUNGED,
  FLAG_NEEDS_CLEANUP,
  FLAG_UNLINKED,
  LEGAL_SYSTEM_FLAGS,
  type IndexHeader,
} from '../../../../src/model/index-file.js';
import type { FormatFault } from '../../../../src/model/fault.js';
import { reseal, type FieldValues } from '../../../support/build-index.js';
import { encodeIndex, type RecordValues } from '../../../support/encode/encode-index.js';

const VERSIONS = [12, 13, 14, 15, 16, 17, 18, 19] as const;
const FLAGS = ['$Label1', undefined, 'NonJunk', ...new Array<undefined>(60), 'late'] as const;
const NAMED_BITS = [0, 2, 63];
const MAX_U32 = 0xffffffff;

const kernel = new ScanKernel();

interface Scanned {
  readonly isSaid: boolean;
  readonly totals: RecordTotals;
  readonly twin: RecordTotals;
  readonly faults: readonly FormatFault[];
  readonly hasUidZero: boolean;
}

/** The same records in front of both; `change` sees the header after it was decoded. */
function scan(
  index: Buffer,
  userFlags: readonly (string | undefined)[] = FLAGS,
  change: Partial<IndexHeader> = {},
): Scanned {
  const read = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
  if (read.header === undefined || read.version === undefined) throw new Error(JSON.stringify(read.faults));
  const header = { ...read.header, ...change };
  const { version } = read;
  const flagCrcs = new FlagCrcs(userFlags);
  const twin = newTotals();
  const faults: FormatFault[] = [];
  const bytes = index.subarray(header.startOffset);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = { bytes, view, count: header.numRecords, fileOffset: header.startOffset };
  scanRecords(block, version, header, flagCrcs, twin, faults, 'index');
  const o = recordOffsets(version);
  let hasUidZero = false;
  for (let i = 0; i < header.numRecords; i++) hasUidZero ||= view.getUint32(i * o.size + o.uid) === 0;

  kernel.buffers[0].fill(0xee);
  index.copy(kernel.buffers[0]);
  const totals = newTotals();
  const isSaid = kernel.scan(o, header, flagCrcs, totals);
  return { isSaid, totals, twin, faults, hasUidZero };
}

const u32 = fc.oneof(fc.constantFrom(0, 1, 9, 10, 99, 100, 999_999_999, 1_000_000_000, MAX_U32), fc.nat(MAX_U32));
const u64 = fc.oneof(
  fc.constantFrom(0n, 1n, 0xffn, 0x0123456789abcdefn, 1n << 60n, (1n << 60n) - 1n, (1n << 64n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const safe = fc.oneof(
  fc.constantFrom(1n, 9n, 10n, 4294967295n, 4294967296n, BigInt(Number.MAX_SAFE_INTEGER)),
  fc.bigInt({ min: 1n, max: BigInt(Number.MAX_SAFE_INTEGER) }),
);
const systemFlags = fc.oneof(
  fc.nat(0x1f),
  fc
    .constantFrom(FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_EXPUNGED | FLAG_UNLINKED, FLAG_ARCHIVED | 0x10)
    .map((f) => f >>> 0),
  fc.nat(MAX_U32).map((f) => {
    const legal = (f & LEGAL_SYSTEM_FLAGS) >>> 0;
    const unlinked = (legal & FLAG_NEEDS_CLEANUP) !== 0 ? (legal | FLAG_UNLINKED) >>> 0 : legal;
    return (unlinked & FLAG_UNLINKED) !== 0 ? (unlinked | FLAG_EXPUNGED) >>> 0 : unlinked;
  }),
);
const userFlags = fc.subarray(NAMED_BITS).map((bits) => {
  const words = [0, 0, 0, 0];
  for (const bit of bits) words[bit >>> 5] = (words[bit >>> 5]! | (1 << (bit & 31))) >>> 0;
  return words;
});
const guid = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => Buffer.from(bytes))
  .filter((bytes) => bytes.some((byte) => byte !== 0));
const record = fc.record({
  internaldate: u32,
  size: u32,
  lastUpdated: u32,
  systemFlags,
  userFlags,
  savedate: u32,
  guid,
  modseq: safe,
  createdmodseq: fc.oneof(fc.constant(0n), safe),
  cid: u64,
  basecid: u64,
});
/** Made no later than changed. */
const consistent = <R extends { modseq: bigint; createdmodseq: bigint }>(one: R): R =>
  one.createdmodseq > one.modseq ? { ...one, createdmodseq: one.modseq } : one;
const records = fc
  .tuple(
    fc.array(record.map(consistent), { maxLength: 12 }),
    fc.uniqueArray(
      u32.filter((uid) => uid > 0),
      { minLength: 12, maxLength: 12 },
    ),
  )
  .map(([values, uids]): RecordValues[] => {
    const ascending = [...uids].sort((a, b) => a - b);
    return values.map((value, i) => ({ ...value, uid: ascending[i]! }));
  });
const version = fc.constantFrom(...VERSIONS);

const SOUND: RecordValues = {
  uid: 7,
  internaldate: 1_700_000_000,
  size: 100,
  lastUpdated: 1_700_000_001,
  systemFlags: 0x10,
  userFlags: [1, 0, 0, 0],
  savedate: 1_700_000_002,
  guid: Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex'),
  modseq: 5,
  createdmodseq: 4,
  cid: 0x00ab_cdefn,
  basecid: 0x0001n,
};

describe('sound records', () => {
  test('of every version add up to the same in every field', () => {
    fc.assert(
      fc.property(version, records, (minor, values) => {
        const { isSaid, totals, twin, faults } = scan(
          encodeIndex({ version: minor, records: values, userFlags: FLAGS }),
        );
        expect(faults).toEqual([]);
        expect(isSaid).toBe(true);
        expect(totals).toEqual(twin);
      }),
      { numRuns: 400 },
    );
  });

  test.each(VERSIONS)('version %d: the totals are those that the bytes were made with', (minor) => {
    const values: RecordValues[] = [
      { ...SOUND, uid: 1, size: MAX_U32, systemFlags: 0x07 },
      { ...SOUND, uid: 2, size: MAX_U32, systemFlags: FLAG_ARCHIVED },
      { ...SOUND, uid: 3, systemFlags: FLAG_EXPUNGED >>> 0 },
      { ...SOUND, uid: 4, systemFlags: (FLAG_EXPUNGED | FLAG_UNLINKED) >>> 0 },
      { ...SOUND, uid: MAX_U32, size: 10, internaldate: 0, lastUpdated: MAX_U32, savedate: 0, userFlags: [0, 0, 0, 0] },
    ];
    const index = encodeIndex({ version: minor, records: values, userFlags: FLAGS });
    const { isSaid, totals, twin } = scan(index);
    const { header } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
    expect(isSaid).toBe(true);
    expect(totals).toEqual(twin);
    expect(totals).toMatchObject({
      records: 5,
      exists: 3,
      answered: 1,
      flagged: 1,
      deleted: 1,
      unseen: 2,
      expunged: 2,
      archived: 1,
      maxUid: MAX_U32,
      quotaUsed: 2 * MAX_U32 + 10,
      badRecords: 0,
    });
    expect(totals.crcBasic >>> 0).toBe(header!.syncCrcBasic);
  });

  test('128 named flags, and another table after it', () => {
    const all = Array.from({ length: 128 }, (_, i) => `flag${String(i)}`);
    const full = { ...SOUND, userFlags: [MAX_U32, MAX_U32, MAX_U32, MAX_U32] };
    const first = scan(encodeIndex({ version: 17, records: [full], userFlags: all }), all);
    expect([first.isSaid, first.totals]).toEqual([true, first.twin]);
    // Names of the table before must not stand for those that this one lacks.
    const second = scan(encodeIndex({ version: 17, records: [full], userFlags: all }), all.slice(0, 127));
    expect(second.faults.map(({ code }) => code)).toEqual(['record-unnamed-user-flag']);
    expect(second.isSaid).toBe(false);
  });

  test('two flags whose CRCs cancel out are a flag CRC of 0', () => {
    const same = ['twice', 'twice'];
    const { isSaid, totals, twin } = scan(
      encodeIndex({ version: 17, records: [{ ...SOUND, systemFlags: 0, userFlags: [3, 0, 0, 0] }], userFlags: same }),
      same,
    );
    expect([isSaid, totals]).toEqual([true, twin]);
  });

  test('as many as the buffer holds', () => {
    const { size } = INDEX_VERSIONS.get(17)!.record;
    const count = Math.floor((KERNEL_BUFFER_SIZE - MAX_HEADER_SIZE) / size);
    const values = Array.from({ length: count }, (_, i) => ({ ...SOUND, uid: i + 1 }));
    const { isSaid, totals, twin } = scan(encodeIndex({ version: 17, records: values, userFlags: FLAGS }));
    expect([isSaid, totals]).toEqual([true, twin]);
  });
});

describe('records in runs', () => {
  const COUNT = 700;
  const flagNames = ['$Label1', 'NonJunk'];
  const many = (): Buffer =>
    encodeIndex({
      version: 17,
      userFlags: flagNames,
      records: Array.from({ length: COUNT }, (_, i) => ({
        ...SOUND,
        uid: 3 * i + 1,
        modseq: 10 ** (i % 16) + i,
        createdmodseq: i % 3 === 0 ? 10 ** (i % 16) + i : i % 7,
        lastUpdated: (i * 7919) % 2 ** 31,
        savedate: i % 5 === 0 ? 0 : i,
        cid: BigInt(i) << BigInt(i % 53),
        userFlags: [i % 4, 0, 0, 0],
      })),
    });

  test.each([1, 63, 64, 65, 128, 333, COUNT])('runs of %d add up to what one pass of the twin adds up to', (length) => {
    const index = many();
    const { twin, faults } = scan(index, flagNames);
    expect(faults).toEqual([]);
    const { header, version: of } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
    const o = recordOffsets(of!);
    const totals = newTotals();
    index.copy(kernel.buffers[0]);
    for (let done = 0; done < COUNT; done += length) {
      const count = Math.min(length, COUNT - done);
      const at = header!.startOffset + done * o.size;
      expect(kernel.scan(o, header!, new FlagCrcs(flagNames), totals, at, count)).toBe(true);
    }
    expect(totals).toEqual(twin);
  });

  test('a run that does not go on behind the last one is left to the twin, and adds nothing', () => {
    const index = many();
    const { header, version: of } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
    const totals = { ...newTotals(), maxUid: 3 * COUNT };
    index.copy(kernel.buffers[0]);
    expect(kernel.scan(recordOffsets(of!), header!, new FlagCrcs(flagNames), totals)).toBe(false);
    expect(totals).toEqual({ ...newTotals(), maxUid: 3 * COUNT });
  });

  test('a block is scanned as by the twin, sound or not, whatever its length', () => {
    for (const bad of [[], [0], [2339], [2340], [4999], [2338, 2341]]) {
      const index = encodeIndex({
        version: 17,
        userFlags: flagNames,
        records: Array.from({ length: 5000 }, (_, i) => ({ ...SOUND, uid: i + 1, modseq: i + 4 })),
      });
      const { header, version: of } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
      const { size } = recordOffsets(of!);
      for (const n of bad) index[header!.startOffset + n * size + 30]! ^= 4;
      const bytes = index.subarray(header!.startOffset);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const block = { bytes, view, count: 5000, fileOffset: header!.startOffset };
      const flags = new FlagCrcs(flagNames);
      const [one, two] = [scanRecords, scanBlock].map((run) => {
        const totals = newTotals();
        const faults: FormatFault[] = [];
        run(block, of!, header!, flags, totals, faults, 'index');
        return { totals, faults };
      });
      expect(two).toEqual(one);
      expect(one!.faults).toHaveLength(bad.length);
    }
  });

  test('records with a bad CRC are seen among many: any one, and any two with the same bits wrong', () => {
    const index = many();
    const { header, version: of } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'index');
    const o = recordOffsets(of!);
    const damagedAt = (records: readonly number[], offset: number, bit: number): boolean => {
      index.copy(kernel.buffers[0]);
      for (const n of records) kernel.buffers[0][header!.startOffset + n * o.size + offset]! ^= 1 << bit;
      return kernel.scan(o, header!, new FlagCrcs(flagNames), newTotals());
    };
    // Only the record CRC can tell: nothing else reads these.
    const offsets = [o.cacheOffset, o.cacheCrc + 3, o.crc, o.crc + 3];
    for (const offset of offsets) {
      for (const n of [0, 1, 31, 32, COUNT - 1]) expect(damagedAt([n], offset, n % 8)).toBe(false);
      for (const [a, b] of [
        [0, 1],
        [5, 37],
        [0, COUNT - 1],
        [100, 102],
        [100, 122],
        [100, 132],
      ])
        expect(damagedAt([a!, b!], offset, 3)).toBe(false);
    }
    expect(damagedAt([], 0, 0)).toBe(true);
    // All at once, as by a bit that is stuck.
    for (const offset of offsets)
      expect(
        damagedAt(
          Array.from({ length: COUNT }, (_, i) => i),
          offset,
          6,
        ),
      ).toBe(false);
  });
});

describe('anything else', () => {
  const damage: readonly (readonly [string, Partial<FieldValues>])[] = [
    ['a uid of 0', { uid: 0 }],
    ['a uid of 0 on a cleaned record', { uid: 0, systemFlags: (FLAG_EXPUNGED | FLAG_UNLINKED) >>> 0 }],
    ['a uid out of order', { uid: 5 }],
    ['a uid twice', { uid: 6 }],
    ['a null GUID', { guid: Buffer.alloc(20) }],
    ['UNLINKED without EXPUNGED', { systemFlags: FLAG_UNLINKED }],
    ['an undefined system flag', { systemFlags: 0x20 }],
    ['another one', { systemFlags: 0x00800010 }],
    ['a flag without a name', { userFlags: [2, 0, 0, 0] }],
    ['a flag beyond the names', { userFlags: [0, 0, 0, 0x80000000] }],
    ['an unnamed flag of an expunged record', { systemFlags: FLAG_EXPUNGED >>> 0, userFlags: [2, 0, 0, 0] }],
    ['an expunged record with a null GUID', { systemFlags: FLAG_EXPUNGED >>> 0, guid: Buffer.alloc(20) }],
    ['a modseq above 2^53', { modseq: (1n << 53n) + 1n }],
    ['a very large modseq', { modseq: (1n << 63n) + 4096n }],
  ];
  test.each(VERSIONS.flatMap((minor) => damage.map(([name, change]) => [minor, name, change] as const)))(
    'version %d: %s is left to the twin',
    (minor, _, change) => {
      const values = [
        { ...SOUND, uid: 6 },
        { ...SOUND, ...change },
        { ...SOUND, uid: 8 },
      ] as RecordValues[];
      expect(scan(encodeIndex({ version: minor, records: values, userFlags: FLAGS })).isSaid).toBe(false);
    },
  );

  test('a createdmodseq that is not exact in the twin is left to it', () => {
    const values = [{ ...SOUND, createdmodseq: (1n << 53n) + 1n }];
    expect(scan(encodeIndex({ version: 17, records: values, userFlags: FLAGS })).isSaid).toBe(false);
  });

  test.each([
    ['last_uid', { lastUid: 6 }, 5],
    ['highestmodseq', { highestmodseq: 4 }, 5],
    // Its lower word has the sign bit.
    ['highestmodseq', { highestmodseq: 0x8000_0004 }, 0x1_0000_0000],
    ['highestmodseq', { highestmodseq: 0x9_8000_0004 }, 0xa_0000_0000],
  ] as const)('a lower %s than a record has', (_, change, modseq) => {
    const { isSaid, faults } = scan(
      encodeIndex({ version: 17, records: [{ ...SOUND, modseq }], userFlags: FLAGS }),
      FLAGS,
      change,
    );
    expect(faults).toHaveLength(1);
    expect(isSaid).toBe(false);
  });

  test('versions 10 and 20 are not known to it', () => {
    for (const minor of [10, 20]) {
      const { isSaid, faults } = scan(
        encodeIndex({ version: minor, records: [{ ...SOUND, systemFlags: 0 }], userFlags: FLAGS }),
      );
      expect([minor, isSaid, faults]).toEqual([minor, false, []]);
    }
  });

  test('without WebAssembly nothing is said, and the buffers are there', () => {
    const none = new ScanKernel(false);
    const index = encodeIndex({ version: 17, records: [SOUND], userFlags: FLAGS });
    index.copy(none.buffers[0]);
    const { header, version: of } = readIndexHeader(index, index.length, 'index');
    const totals = newTotals();
    expect(none.scan(recordOffsets(of!), header!, new FlagCrcs(FLAGS), totals)).toBe(false);
    expect(totals).toEqual(newTotals());
    expect(none.buffers.map(({ length }) => length)).toEqual([KERNEL_BUFFER_SIZE, KERNEL_BUFFER_SIZE]);
  });
});

describe('random damage', () => {
  /** Where and to what; `isSealed`: with a good record CRC again, so that the later checks are reached. */
  const changes = fc.array(
    fc.record({
      record: fc.nat(11),
      at: fc.nat(111),
      bit: fc.nat(7),
      isSealed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const header = fc.record(
    {
      lastUid: u32,
      highestmodseq: fc.oneof(fc.nat(100), safe.map(Number), fc.constantFrom(2 ** 53, 2 ** 63, 2 ** 64)),
    },
    { requiredKeys: [] },
  );

  test('false is said of whatever the twin has a fault for, and what is said is the same', () => {
    const said = { yes: 0, no: 0 };
    fc.assert(
      fc.property(version, records, changes, header, (minor, values, flips, change) => {
        fc.pre(values.length > 0);
        const { record: table, header: head } = INDEX_VERSIONS.get(minor)!;
        const index = encodeIndex({ version: minor, records: values, userFlags: FLAGS });
        for (const { record: n, at, bit, isSealed } of flips) {
          const from = head.size + (n % values.length) * table.size;
          index[from + (at % table.size)]! ^= 1 << bit;
          if (isSealed && table.offsetOf('recordCrc') >= 0)
            reseal(index.subarray(from, from + table.offsetOf('recordCrc') + 4));
        }
        const { isSaid, totals, twin, faults, hasUidZero } = scan(index, FLAGS, change);
        said[isSaid ? 'yes' : 'no']++;
        if (faults.length > 0 || hasUidZero) expect(isSaid).toBe(false);
        if (isSaid) expect(totals).toEqual(twin);
        else expect(totals).toEqual(newTotals());
      }),
      { numRuns: 1500 },
    );
    // Both happen: the property above is about something.
    expect(Math.min(said.yes, said.no)).toBeGreaterThan(50);
  });
});
