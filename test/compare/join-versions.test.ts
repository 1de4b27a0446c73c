/** The two sides of a pair in different versions of cyrus.index are compared by meaning. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  joinRecords,
  type JoinTotals,
  type LaterFields,
  type MessageAnnotations,
  type RecordStream,
} from '../../src/compare/join-records.js';
import { FlagCrcs } from '../../src/formats/index/scan-records.js';
import { laterField } from '../../src/formats/index/sync-crc.js';
import { INDEX_VERSIONS, RECORD_SIZE_EXCEPTIONS } from '../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../src/formats/index/versions/index-version.js';
import type { RecordPair } from '../../src/model/record-pair.js';
import { blockOf } from '../support/build-index.js';
import { encodeIndex, syncCrcs, type RecordValues } from '../support/encode/encode-index.js';

/** A message as version 20 can hold it: the internaldate in nanoseconds. */
type Message = RecordValues & { readonly internaldate: bigint; readonly basecid: bigint };

const NS = 1_000_000_000n;
const names = ['$a', '$b'];
const v20 = INDEX_VERSIONS.get(20)!;

/** The side as a server with this version keeps it: what its records cannot hold is in annotations. */
function stream(version: IndexVersion, messages: readonly Message[]): RecordStream {
  const isNew = version.minor >= 20;
  const records = messages.map((message) =>
    isNew ? message : { ...message, internaldate: Number(message.internaldate / NS) },
  );
  const fieldsByUid = new Map<number, LaterFields>();
  for (const { uid, internaldate, basecid } of isNew ? [] : messages) {
    const nsec = laterField('/vendor/cmu/cyrus-imapd/internaldate.nsec', Buffer.from(String(internaldate % NS)));
    const base = laterField('/vendor/cmu/cyrus-imapd/basethrid', Buffer.from(basecid.toString(16).padStart(16, '0')));
    if (nsec !== undefined || base !== undefined) fieldsByUid.set(uid, { ...nsec, ...base });
  }
  const annotations: MessageAnnotations = { byUid: new Map(), crcByUid: new Map(), fieldsByUid };
  const bytes = encodeIndex({ version, records, userFlags: names });
  return {
    version,
    userFlags: names,
    flagCrcs: new FlagCrcs(names),
    annotations,
    blocks: () => [blockOf(bytes, version)],
  };
}

function join(master: RecordStream, replica: RecordStream): { pairs: RecordPair[]; totals: JoinTotals } {
  const totals: JoinTotals = { lowerBound: 0, equal: 0, differing: 0 };
  return { pairs: [...joinRecords(master, replica, totals)], totals };
}

const message: Message = {
  uid: 7,
  internaldate: 1_750_000_000_123_456_789n,
  size: 1234,
  lastUpdated: 1_750_000_100,
  savedate: 1_750_000_001,
  systemFlags: 3,
  userFlags: [1, 0, 0, 0],
  guid: Buffer.alloc(20, 9),
  modseq: 42,
  cid: 0x0123456789abcdefn,
  createdmodseq: 40,
  basecid: 0xfedcn,
};
const messages = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 6 }).chain((uids) =>
  fc.tuple(
    ...uids
      .sort((a, b) => a - b)
      .map((uid) =>
        fc
          .record({
            internaldate: fc.constantFrom(5n * NS, 5n * NS + 1n, 5n * NS + 999_999_999n),
            basecid: fc.constantFrom(0n, 1n, 2n ** 63n),
            modseq: fc.integer({ min: 1, max: 9 }),
            systemFlags: fc.constantFrom(0, 1, 0x80000000),
          })
          .map((values): Message => ({ ...message, ...values, uid })),
      ),
  ),
);

// 6 to 9 have no GUID, so that nothing in them equals a later one; replication refuses them.
const comparable = [...INDEX_VERSIONS.values(), ...RECORD_SIZE_EXCEPTIONS].filter(({ minor }) => minor >= 10);
const mixed = comparable.flatMap((a) =>
  comparable.map((b) => [a.minor, a.record.size, b.minor, b.record.size, a, b] as const),
);

test.each(mixed)('version %i (%i) against %i (%i): the same messages are equal', (_m, _ms, _r, _rs, a, b) => {
  fc.assert(
    fc.property(messages, (all) => {
      const { pairs, totals } = join(stream(a, all), stream(b, all));
      expect(pairs).toEqual([]);
      expect(totals).toMatchObject({ equal: all.length, differing: 0 });
    }),
    { numRuns: 15 },
  );
});

describe.each<[string, Partial<Message>]>([
  ['the part of the internaldate below a second', { internaldate: 1_750_000_000_123_456_788n }],
  ['no such part', { internaldate: 1_750_000_000_000_000_000n }],
  ['the internaldate', { internaldate: 1_750_000_001_123_456_789n }],
  ['the thread that was split', { basecid: 0xfeddn }],
  ['no thread that was split', { basecid: 0n }],
  ['last_updated', { lastUpdated: 1_750_000_101 }],
  ['the size', { size: 1235 }],
  ['a flag', { systemFlags: 1 }],
])('%s differs', (_, change) => {
  test.each(mixed.filter(([m, , r]) => m >= 19 || r >= 19))('%i (%i) against %i (%i)', (_m, _ms, _r, _rs, a, b) => {
    const { pairs } = join(stream(a, [message]), stream(b, [{ ...message, ...change } as Message]));
    expect(pairs.map(({ uid }) => uid)).toEqual([7]);
  });
});

test('of other times than the internaldate only whole seconds count', () => {
  const later = { lastUpdated: 1_750_000_100n * NS + 5n, savedate: 1_750_000_001n * NS + 7n };
  expect(join(stream(v20, [message]), stream(v20, [{ ...message, ...later }])).pairs).toEqual([]);
});

test('a size above 4 GiB is whole', () => {
  const large = { ...message, size: 5 * 2 ** 30 };
  const { pairs } = join(stream(v20, [large]), stream(v20, [{ ...large, size: 2 ** 30 }]));
  expect(pairs.map(({ master, replica }) => [master?.size, replica?.size])).toEqual([[5 * 2 ** 30, 2 ** 30]]);
});

test('what a record adds to the sync CRCs is what it adds to those of its header', () => {
  for (const version of comparable.filter(({ minor }) => minor >= 12)) {
    const values = version.minor >= 20 ? message : { ...message, internaldate: Number(message.internaldate / NS) };
    const { syncCrcBasic, syncCrcAnnot } = syncCrcs(version, [values], names);
    const [pair] = join(stream(version, [message]), stream(version, [])).pairs;
    expect(pair?.master!.crcBasic).toBe(syncCrcBasic | 0);
    expect(pair?.master!.crcAnnot).toBe(syncCrcAnnot ^ 12345678);
  }
});

test.each([
  ['internaldate.nsec', '0', undefined],
  ['internaldate.nsec', '1000000000', undefined],
  ['internaldate.nsec', '-1', undefined],
  ['internaldate.nsec', '000000012', { internaldateNsec: 12 }],
  ['basethrid', '0000000000000000', undefined],
  ['basethrid', 'x', undefined],
  ['basethrid', '00000000000000FF', { basecid: 255n }],
  ['basethrid', '00000000000000000', undefined],
  ['thrid', '0000000000000001', undefined],
])('the annotation %s with %s', (entry, value, field) => {
  expect(laterField(`/vendor/cmu/cyrus-imapd/${entry}`, Buffer.from(value))).toEqual(field);
});
