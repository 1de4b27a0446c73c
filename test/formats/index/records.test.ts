import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../../src/formats/index/decode-record.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../../../src/formats/index/read-header.js';
import {
  FlagCrcs,
  annotTerms,
  newTotals,
  recordOffsets,
  scanRecords,
  type RecordTotals,
} from '../../../src/formats/index/scan-records.js';
import {
  ANNOT_CRC_INIT,
  annotationTerm,
  basicTerm,
  createdmodseqTerm,
  flagNameCrc,
  isVirtualAnnotation,
  nsecTerm,
  savedateTerm,
  thridTerm,
} from '../../../src/formats/index/sync-crc.js';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../../src/formats/index/versions/index-version.js';
import type { FormatFault } from '../../../src/model/fault.js';
import { FLAG_EXPUNGED, FLAG_NEEDS_CLEANUP, FLAG_UNLINKED } from '../../../src/model/index-file.js';
import { VECTOR_V17, blockOf, buildIndex, type FieldValues } from '../../support/build-index.js';

const v17 = INDEX_VERSIONS.get(17)!;

function scan(
  index: Buffer,
  version: IndexVersion,
  userFlags: readonly string[] = [],
): { totals: RecordTotals; faults: FormatFault[] } {
  const { header } = readIndexHeader(index.subarray(0, MAX_HEADER_SIZE), index.length, 'cyrus.index');
  const totals = newTotals();
  const faults: FormatFault[] = [];
  scanRecords(blockOf(index, version), version, header!, new FlagCrcs(userFlags), totals, faults, 'cyrus.index');
  return { totals, faults };
}

describe('the record that Cyrus 3.6.1 wrote', () => {
  test('is decoded', () => {
    expect(decodeRecord(blockOf(VECTOR_V17, v17), 0, recordOffsets(v17), [])).toEqual({
      uid: 1,
      guid: '2470e5afe9627ef620a68fb5a1e49e4413192517',
      modseq: 4,
      createdmodseq: 4,
      internaldate: 1795224872,
      lastUpdated: 1795224872,
      savedate: 1795224872,
      size: 362,
      systemFlags: 0,
      userFlags: [],
      unnamedFlags: [],
      cid: 0xb5833c4ee20b75e4n,
      expunged: false,
      unlinked: false,
      archived: false,
    });
  });

  test('adds up to the counters and both sync CRCs of its header', () => {
    const { totals, faults } = scan(VECTOR_V17, v17);
    expect(faults).toEqual([]);
    expect(totals).toMatchObject({
      records: 1,
      exists: 1,
      unseen: 1,
      answered: 0,
      quotaUsed: 362,
      expunged: 0,
      maxUid: 1,
      maxModseq: 4,
      badRecords: 0,
    });
    expect(totals.crcBasic >>> 0).toBe(3246164327);
    expect((totals.crcAnnot ^ ANNOT_CRC_INIT) >>> 0).toBe(566797578);
    expect(totals.crcAnnotPadded).toBe(totals.crcAnnot);
  });

  test('any flipped bit is a bad record', () => {
    for (let bit = 0; bit < 112 * 8; bit++) {
      const index = Buffer.from(VECTOR_V17);
      index[160 + (bit >> 3)]! ^= 1 << (bit & 7);
      const { totals, faults } = scan(index, v17);
      expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['record-crc', 160 + 108]]);
      expect([totals.badRecords, totals.exists]).toEqual([1, 0]);
    }
  });
});

describe('terms of the sync CRCs, against index.md section 11', () => {
  const term = (text: string): number => crc32(Buffer.from(text, 'latin1')) | 0;

  test('virtual annotations', () => {
    expect(thridTerm(1, 0xb5833c4e, 0xe20b75e4, false) >>> 0).toBe(756081795);
    expect(savedateTerm(1, 1795224872) >>> 0).toBe(4039785263);
    expect(createdmodseqTerm(1, 4) >>> 0).toBe(4239268840);
    // The vector of version 20.
    expect(thridTerm(7, 0x01234567, 0x89abcdef, true) >>> 0).toBe(3033569956);
    expect(createdmodseqTerm(7, 40) >>> 0).toBe(334441259);
    expect(savedateTerm(7, 1750000001) >>> 0).toBe(1319677205);
    expect(nsecTerm(7, 123456789) >>> 0).toBe(2513252306);
  });

  test('a thread id is spelled without or with leading zeros', () => {
    expect(thridTerm(7, 0x00234567, 0x89abcdef, false)).toBe(term('7 /vendor/cmu/cyrus-imapd/thrid  23456789abcdef'));
    expect(thridTerm(7, 0x00234567, 0x89abcdef, true)).toBe(term('7 /vendor/cmu/cyrus-imapd/thrid  0023456789abcdef'));
    expect(thridTerm(7, 0, 0xf, false)).toBe(term('7 /vendor/cmu/cyrus-imapd/thrid  f'));
  });

  test('a private annotation is hashed with its owner', () => {
    expect(annotationTerm(3, '/comment', 'alice', Buffer.from('private note'))).toBe(
      term('3 /comment alice private note'),
    );
    expect(annotationTerm(3, '/comment', '', Buffer.from([0, 255]))).toBe(term('3 /comment  \0\xff'));
  });

  test('flag names count in lower case', () => {
    expect((flagNameCrc('\\Flagged') ^ flagNameCrc('\\Seen') ^ flagNameCrc('$Label1')) >>> 0).toBe(1763555443);
    expect(flagNameCrc('\\Answered')).toBe(term('\\answered'));
  });

  test('the basic term of the vector of version 20', () => {
    const guid = Buffer.from('000102030405060708090a0b0c0d0e0f10111213', 'hex');
    expect(basicTerm(7, 42, 1750000100, 1763555443 | 0, 1750000000, guid, 0) >>> 0).toBe(596820590);
  });

  test('the basic term is the CRC of the text it stands for', () => {
    const u32 = fc.nat(0xffffffff);
    const guid = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(u32, fc.maxSafeNat(), u32, u32, u32, guid, (uid, modseq, updated, flags, date, bytes) => {
        const text = `${uid} ${modseq} ${updated} (${flags}) ${date} ${Buffer.from(bytes).toString('hex')}`;
        expect(basicTerm(uid, modseq, updated, flags | 0, date, bytes, 0)).toBe(term(text));
      }),
    );
  });

  test.each([
    ['thrid', 12, false],
    ['thrid', 13, true],
    ['savedate', 14, false],
    ['savedate', 15, true],
    ['createdmodseq', 15, false],
    ['createdmodseq', 16, true],
    ['internaldate.nsec', 19, false],
    ['basethrid', 20, true],
  ])('%s is in the record of version %i: %s', (entry, minor, virtual) => {
    expect(isVirtualAnnotation(`/vendor/cmu/cyrus-imapd/${entry}`, minor)).toBe(virtual);
    expect(isVirtualAnnotation(`/comment`, minor)).toBe(false);
  });
});

const GUID = Buffer.alloc(20, 7);
const good: FieldValues = { uid: 5, modseq: 8, size: 100, guid: GUID };
const head: FieldValues = { lastUid: 9, highestmodseq: 10 };

describe('what is wrong with a record is named with its offset', () => {
  test.each<[string, FieldValues[], string | undefined, string, number]>([
    ['no uid', [{ ...good, uid: 0 }], undefined, 'record-uid-zero', 160],
    ['a uid twice', [good, good], undefined, 'record-uid-order', 272],
    ['a lower uid', [good, { ...good, uid: 4 }], undefined, 'record-uid-order', 272],
    ['a uid above last_uid', [{ ...good, uid: 10 }], undefined, 'record-uid-above-last-uid', 160],
    ['a modseq above the highest', [{ ...good, modseq: 11 }], undefined, 'record-modseq-above-highest', 240],
    ['no GUID', [{ ...good, guid: Buffer.alloc(20) }], undefined, 'record-null-guid', 220],
    ['a stray flag bit', [{ ...good, systemFlags: 0x20 }], undefined, 'record-undefined-system-flag', 192],
    ['unlinked but alive', [{ ...good, systemFlags: FLAG_UNLINKED }], undefined, 'record-unlinked-not-expunged', 192],
    [
      'to be cleaned up and not unlinked',
      [{ ...good, systemFlags: FLAG_EXPUNGED + FLAG_NEEDS_CLEANUP }],
      undefined,
      'record-cleanup-not-unlinked',
      192,
    ],
    ['a header longer than the message', [{ ...good, headerSize: 101 }], undefined, 'record-header-size', 176],
    ['made after its last change', [{ ...good, createdmodseq: 9 }], undefined, 'record-createdmodseq', 256],
    ['a flag without a name', [{ ...good, userFlags: [2, 0, 0, 0] }], '$Only', 'record-unnamed-user-flag', 196],
    [
      'the last flag without a name',
      [{ ...good, userFlags: [0, 0, 0, 0x80000000] }],
      undefined,
      'record-unnamed-user-flag',
      196,
    ],
  ])('%s', (_, records, flag, code, offset) => {
    const { faults } = scan(buildIndex(v17, head, records), v17, flag === undefined ? [] : [flag]);
    expect(faults.map((fault) => [fault.code, fault.offset])).toEqual([[code, offset]]);
  });

  test('a slot that reconstruct wiped is none', () => {
    const wiped = { systemFlags: FLAG_EXPUNGED + FLAG_UNLINKED };
    expect(scan(buildIndex(v17, head, [wiped, good]), v17).faults).toEqual([]);
  });

  test('of very many faults some are kept and the rest is counted', () => {
    const { faults, totals } = scan(buildIndex(v17, head, new Array<FieldValues>(500).fill(good)), v17);
    expect(faults).toHaveLength(200);
    expect(totals.faultsDropped).toBe(299);
    expect(totals.badRecords).toBe(499);
  });
});

describe.each([...INDEX_VERSIONS].filter(([minor]) => minor >= 12))('records of version %i', (_, version) => {
  const u32 = fc.nat(0xffffffff);
  const record = fc.record({
    uid: fc.integer({ min: 1, max: 0xffffffff }),
    modseq: fc.maxSafeNat(),
    createdmodseq: fc.maxSafeNat(),
    internaldate: u32,
    lastUpdated: u32,
    savedate: u32,
    size: u32,
    systemFlags: u32,
    guid: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    cid: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
    userFlags: fc.array(u32, { minLength: 4, maxLength: 4 }),
  });

  test('are read as they were written', () => {
    const names = Array.from({ length: 100 }, (_name, i) => (i % 3 === 0 ? undefined : `$L${i}`));
    const has = (name: string): boolean => version.record.offsetOf(name) >= 0;
    fc.assert(
      fc.property(record, (r) => {
        const index = buildIndex(version, head, [r]);
        const decoded = decodeRecord(blockOf(index, version), 0, recordOffsets(version), names);
        const bits = Array.from({ length: 128 }, (_bit, i) => i).filter((i) => (r.userFlags[i >> 5]! >>> (i & 31)) & 1);
        expect(decoded).toEqual({
          uid: r.uid,
          guid: r.guid.toString('hex'),
          modseq: r.modseq,
          createdmodseq: has('createdmodseq') ? r.createdmodseq : 0,
          internaldate: r.internaldate,
          lastUpdated: r.lastUpdated,
          savedate: has('savedate') ? r.savedate : 0,
          size: r.size,
          systemFlags: r.systemFlags,
          userFlags: bits.flatMap((i) => names[i]?.toLowerCase() ?? []).sort(),
          unnamedFlags: bits.filter((i) => names[i] === undefined),
          cid: has('cid') ? r.cid : 0n,
          expunged: r.systemFlags >= 0x80000000,
          unlinked: (r.systemFlags & 0x40000000) !== 0,
          archived: (r.systemFlags & 0x20000000) !== 0,
        });
      }),
    );
  });

  test('have the annotation terms of what they store', () => {
    const o = recordOffsets(version);
    const term = (uid: number, entry: string, value: string): number =>
      crc32(Buffer.from(`${uid} /vendor/cmu/cyrus-imapd/${entry}  ${value}`)) | 0;
    fc.assert(
      fc.property(record, (r) => {
        const { view } = blockOf(buildIndex(version, head, [r]), version);
        const savedate = o.savedate >= 0 && r.savedate !== 0 ? term(r.uid, 'savedate', String(r.savedate)) : 0;
        const created =
          o.createdmodseq >= 0 && r.createdmodseq !== 0 ? term(r.uid, 'createdmodseq', String(r.createdmodseq)) : 0;
        const thrid = (text: string): number => (o.cid >= 0 && r.cid !== 0n ? term(r.uid, 'thrid', text) : 0);
        expect({ ...annotTerms(view, 0, o, r.uid) }).toEqual({
          unpadded: savedate ^ created ^ thrid(r.cid.toString(16)),
          padded: savedate ^ created ^ thrid(r.cid.toString(16).padStart(16, '0')),
        });
      }),
    );
  });
});
