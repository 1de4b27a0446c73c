import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  NO_ANNOTATIONS,
  joinRecords,
  type JoinTotals,
  type MessageAnnotations,
  type RecordStream,
} from '../../src/compare/join-records.js';
import { FlagCrcs, newTotals, scanRecords, type RecordBlock } from '../../src/formats/index/scan-records.js';
import { readIndexHeader, MAX_HEADER_SIZE } from '../../src/formats/index/read-header.js';
import { INDEX_VERSIONS } from '../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../src/formats/index/versions/index-version.js';
import type { RecordPair } from '../../src/model/record-pair.js';
import { blockOf, buildIndex } from '../support/build-index.js';

const v17 = INDEX_VERSIONS.get(17)!;

interface Fields {
  readonly uid: number;
  readonly guid: Buffer;
  readonly modseq: number;
  readonly createdmodseq: number;
  readonly lastUpdated: number;
  readonly internaldate: number;
  readonly savedate: number;
  readonly size: number;
  readonly systemFlags: number;
  readonly userFlags: readonly number[];
}

interface Shape {
  readonly version?: IndexVersion;
  readonly userFlags?: readonly (string | undefined)[];
  readonly annotations?: MessageAnnotations;
  /** Records per block. */
  readonly block?: number;
}

function stream(records: readonly Fields[], shape: Shape = {}): RecordStream {
  const { version = v17, userFlags = ['$a', '$b'], annotations = NO_ANNOTATIONS, block = 1000 } = shape;
  return {
    version,
    userFlags,
    flagCrcs: new FlagCrcs(userFlags),
    annotations,
    *blocks(): Generator<RecordBlock> {
      for (let i = 0; i < records.length; i += block) {
        yield blockOf(
          buildIndex(
            version,
            {},
            records.slice(i, i + block).map((record) => ({ ...record })),
          ),
          version,
        );
      }
    },
  };
}

function join(master: RecordStream, replica: RecordStream): { pairs: RecordPair[]; totals: JoinTotals } {
  const totals: JoinTotals = { lowerBound: 0, equal: 0, differing: 0 };
  return { pairs: [...joinRecords(master, replica, totals)], totals };
}

/** Small ranges, so that chance makes equal records as often as different ones. */
const fields = fc.record({
  guid: fc.constantFrom(1, 2).map((byte) => Buffer.alloc(20, byte)),
  modseq: fc.integer({ min: 1, max: 3 }),
  createdmodseq: fc.nat(2),
  lastUpdated: fc.constantFrom(100, 200),
  internaldate: fc.constantFrom(50, 50, 50, 51),
  savedate: fc.constantFrom(60, 60, 60, 61),
  size: fc.constantFrom(10, 10, 10, 11),
  systemFlags: fc.constantFrom(0, 0, 1, 0x10, 0x80000000, 0x40000000, 0x20000010),
  userFlags: fc.constantFrom([0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [3, 0, 0, 0]),
});
const side = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 30 }), fields), { maxLength: 25, selector: ([uid]) => uid })
  .map((records) => records.map(([uid, rest]): Fields => ({ uid, ...rest })).sort((a, b) => a.uid - b.uid));
/** Two sides that have most in common. */
const sides = fc
  .tuple(
    side,
    side,
    fc.array(fc.constantFrom('master', 'replica', 'both', 'both', 'both'), { minLength: 30, maxLength: 30 }),
  )
  .map(([common, other, where]): [Fields[], Fields[]] => {
    const changed = new Map(other.map((record) => [record.uid, record]));
    const master = common.filter(({ uid }) => where[uid - 1] !== 'replica');
    const replica = common
      .filter(({ uid }) => where[uid - 1] !== 'master')
      .map((record) => (where[29 - record.uid + 1] === 'both' ? record : (changed.get(record.uid) ?? record)));
    return [master, replica];
  });
const block = fc.integer({ min: 1, max: 7 });

/** Bits that replication does not carry: everything internal but EXPUNGED. */
const visible = (flags: number): number => (flags & ~0x7c000000) >>> 0;

const differ = (a: Fields, b: Fields): boolean =>
  JSON.stringify({ ...a, systemFlags: visible(a.systemFlags) }) !==
  JSON.stringify({ ...b, systemFlags: visible(b.systemFlags) });

const isSameDelivery = (a: Fields, b: Fields): boolean =>
  a.guid.equals(b.guid) &&
  a.createdmodseq === b.createdmodseq &&
  a.internaldate === b.internaldate &&
  a.savedate === b.savedate;

const uidsOf = (pairs: readonly RecordPair[]): string[] =>
  pairs.map(
    ({ uid, master, replica }) => `${uid}${master === undefined ? '' : ' m'}${replica === undefined ? '' : ' r'}`,
  );

test('equal sides give nothing, in blocks of any size', () => {
  fc.assert(
    fc.property(side, block, block, (records, a, b) => {
      const { pairs, totals } = join(stream(records, { block: a }), stream(records, { block: b }));
      expect(pairs).toEqual([]);
      expect(totals).toEqual({
        lowerBound: Math.max(0, ...records.map(({ modseq }) => modseq)),
        equal: records.length,
        differing: 0,
      });
    }),
  );
});

test('exactly the UIDs that differ are given, ascending, with L as it is defined', () => {
  fc.assert(
    fc.property(sides, block, block, ([master, replica], a, b) => {
      const onReplica = new Map(replica.map((record) => [record.uid, record]));
      const onMaster = new Map(master.map((record) => [record.uid, record]));
      const uids = [...new Set([...onMaster.keys(), ...onReplica.keys()])].sort((x, y) => x - y);
      let lowerBound = 0;
      let equal = 0;
      const expected: string[] = [];
      for (const uid of uids) {
        const m = onMaster.get(uid);
        const r = onReplica.get(uid);
        if (m !== undefined && r !== undefined && !differ(m, r)) {
          equal++;
          lowerBound = Math.max(lowerBound, m.modseq);
          continue;
        }
        expected.push(`${uid}${m === undefined ? '' : ' m'}${r === undefined ? '' : ' r'}`);
        if (m !== undefined && r !== undefined && isSameDelivery(m, r)) {
          lowerBound = Math.max(lowerBound, m.createdmodseq);
        }
      }
      const { pairs, totals } = join(stream(master, { block: a }), stream(replica, { block: b }));
      expect(uidsOf(pairs)).toEqual(expected);
      expect(totals).toEqual({ lowerBound, equal, differing: expected.length });
    }),
    { numRuns: 500 },
  );
});

test('swapped sides give swapped pairs and the same totals', () => {
  fc.assert(
    fc.property(sides, block, ([master, replica], a) => {
      const there = join(stream(master, { block: a }), stream(replica));
      const back = join(stream(replica), stream(master, { block: a }));
      expect(back.totals).toEqual(there.totals);
      expect(back.pairs.map(({ uid, master: m, replica: r }) => ({ uid, master: r, replica: m }))).toEqual(
        there.pairs.map(({ uid, master: m, replica: r }) => ({ uid, master: m, replica: r })),
      );
    }),
  );
});

test('the CRC terms of all records add up to the sync CRCs of the index', () => {
  fc.assert(
    fc.property(side, (records) => {
      const index = buildIndex(
        v17,
        {},
        records.map((record) => ({ ...record })),
      );
      const totals = newTotals();
      const { header } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'cyrus.index');
      scanRecords(blockOf(index, v17), v17, header!, new FlagCrcs(['$a', '$b']), totals, [], 'cyrus.index');
      const { pairs } = join(stream(records), stream([]));
      expect(pairs.reduce((xor, { master }) => xor ^ master!.crcBasic, 0)).toBe(totals.crcBasic);
      expect(pairs.reduce((xor, { master }) => xor ^ master!.crcAnnot, 0)).toBe(totals.crcAnnot);
    }),
  );
});

const record: Fields = {
  uid: 3,
  guid: Buffer.alloc(20, 1),
  modseq: 5,
  createdmodseq: 4,
  lastUpdated: 100,
  internaldate: 50,
  savedate: 60,
  size: 10,
  systemFlags: 0,
  userFlags: [1, 0, 0, 0],
};

describe('two deliveries of one message are no common state', () => {
  test.each<[string, Partial<Fields>, number]>([
    ['one delivery, flagged since', { modseq: 9, systemFlags: 1 }, 4],
    ['other internaldate', { modseq: 9, internaldate: 51 }, 0],
    ['other savedate', { modseq: 9, savedate: 61 }, 0],
    ['another message', { modseq: 9, guid: Buffer.alloc(20, 2) }, 0],
    ['created at another modseq', { modseq: 9, createdmodseq: 3 }, 0],
  ])('%s', (_, change, lowerBound) => {
    const { pairs, totals } = join(stream([record]), stream([{ ...record, ...change }]));
    expect(uidsOf(pairs)).toEqual(['3 m r']);
    expect(totals.lowerBound).toBe(lowerBound);
  });

  test.each([12, 19])('against version %i', (minor) => {
    const version = INDEX_VERSIONS.get(minor)!;
    const { totals } = join(stream([record]), stream([{ ...record, modseq: 9, internaldate: 51 }], { version }));
    expect(totals).toEqual({ lowerBound: 0, equal: 0, differing: 1 });
  });
});

describe('what the same bytes mean', () => {
  test('flags are compared by name, not by number', () => {
    const other = { ...record, userFlags: [2, 0, 0, 0] };
    expect(
      join(stream([record], { userFlags: ['$a', '$b'] }), stream([other], { userFlags: ['$b', '$a'] })).pairs,
    ).toEqual([]);
    expect(
      uidsOf(join(stream([record], { userFlags: ['$a', '$b'] }), stream([record], { userFlags: ['$b', '$a'] })).pairs),
    ).toEqual(['3 m r']);
    expect(
      join(stream([record], { userFlags: ['$Label'] }), stream([record], { userFlags: ['$label'] })).pairs,
    ).toEqual([]);
  });

  test.each([12, 13, 14, 16, 19])('version 17 against version %i: fields that one lacks do not count', (minor) => {
    const version = INDEX_VERSIONS.get(minor)!;
    const { pairs, totals } = join(stream([record]), stream([record], { version }));
    expect(pairs).toEqual([]);
    expect(totals).toEqual({ lowerBound: 5, equal: 1, differing: 0 });
    expect(uidsOf(join(stream([record]), stream([{ ...record, modseq: 6 }], { version })).pairs)).toEqual(['3 m r']);
  });

  test('annotations of one side make a pair of equal records', () => {
    const byUid = (value: string): MessageAnnotations => ({
      byUid: new Map([[3, new Map([['/comment ', value]])]]),
      crcByUid: new Map([[3, 77]]),
    });
    const annotated = stream([record], { annotations: byUid('x') });
    expect(uidsOf(join(annotated, stream([record])).pairs)).toEqual(['3 m r']);
    expect(uidsOf(join(stream([record]), annotated).pairs)).toEqual(['3 m r']);
    expect(uidsOf(join(annotated, stream([record], { annotations: byUid('y') })).pairs)).toEqual(['3 m r']);
    const { pairs } = join(annotated, stream([record], { annotations: byUid('x') }));
    expect(pairs).toEqual([]);
    expect(join(annotated, stream([])).pairs[0]!.master!.annotations).toEqual(new Map([['/comment ', 'x']]));
  });

  test('a slot that reconstruct wiped is no record', () => {
    const wiped = { ...record, uid: 0, systemFlags: 0xc0000000 };
    expect(join(stream([wiped, record]), stream([record])).pairs).toEqual([]);
    expect(join(stream([record, wiped]), stream([record, wiped, wiped])).pairs).toEqual([]);
  });

  test('records out of order are still all given, and no input hangs', () => {
    const jumbled = [5, 3, 3, 9, 1].map((uid) => ({ ...record, uid }));
    const { totals } = join(stream(jumbled), stream([...jumbled].reverse()));
    expect(totals.equal * 2 + totals.differing).toBeGreaterThanOrEqual(5);
  });
});
