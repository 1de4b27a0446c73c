import { readNsSeconds, readU64 } from '../bytes/layout.js';
import { decodeRecord } from '../formats/index/decode-record.js';
import { RecordCursor, type IndexRecords } from '../formats/index/record-cursor.js';
import { annotTerms, type FlagCrcs, type RecordBlock, type RecordOffsets } from '../formats/index/scan-records.js';
import { basicTerm } from '../formats/index/sync-crc.js';
import { FLAG_EXPUNGED, FLAG_SEEN, type IndexRecord } from '../model/index-file.js';
import type { RecordPair, SideRecord } from '../model/record-pair.js';

/** The records of one side, and what belongs to them. */
export interface RecordStream extends IndexRecords {
  readonly userFlags: readonly (string | undefined)[];
  readonly flagCrcs: FlagCrcs;
  /** Message annotations by UID, without virtual ones, and what they add to the annotation CRC. */
  readonly annotations: MessageAnnotations;
}

export interface MessageAnnotations {
  readonly byUid: ReadonlyMap<number, ReadonlyMap<string, string>>;
  /** Signed 32-bit XOR of the terms of one UID. */
  readonly crcByUid: ReadonlyMap<number, number>;
  /** Values that a record of version 20 has in fields and an older one in annotations; only of older ones. */
  readonly fieldsByUid?: ReadonlyMap<number, LaterFields>;
}

/** Fields of version 20, absent when they are not set. */
export type LaterFields = Pick<SideRecord, 'internaldateNsec' | 'basecid'>;

export const NO_ANNOTATIONS: MessageAnnotations = { byUid: new Map(), crcByUid: new Map() };

/**
 * `lowerBound` is L of the model: a modseq that the last common state had reached at least. The highest of (i) the
 * modseq of every record that is the same on both sides and (ii) the createdmodseq of every record with the same UID,
 * GUID and createdmodseq on both sides.
 */
export interface JoinTotals {
  lowerBound: number;
  equal: number;
  differing: number;
}

/** A record that becomes one of a side. */
type Filling = IndexRecord & { -readonly [F in keyof Omit<SideRecord, keyof IndexRecord>]?: SideRecord[F] };

const NO_FIELDS: LaterFields = {};
const NO_VALUES: ReadonlyMap<string, string> = new Map();

/** System flag bits that replication compares. */
const COMPARED_FLAGS = FLAG_EXPUNGED | 0x1f;

/**
 * Merges the records of both sides by UID and yields the pairs that differ in anything that counts, in ascending
 * order. Blocks of equal bytes are passed over; a record is decoded only when its words differ.
 * Records behind a break in the UID order are joined as they come: such an index has a fault of its own.
 */
export function* joinRecords(master: RecordStream, replica: RecordStream, totals: JoinTotals): Generator<RecordPair> {
  const m = new Cursor(master);
  const r = new Cursor(replica);
  const alike = sameTables(master, replica);
  const annotated = differingAnnotations(master.annotations, replica.annotations);
  const wholeBlocks = alike && annotated.size === 0;
  for (;;) {
    if (!m.load() || !r.load()) break;
    if (wholeBlocks && m.index === 0 && r.index === 0 && sameBytes(m.block!, r.block!)) {
      totals.lowerBound = Math.max(totals.lowerBound, maxModseq(m.block!, m.offsets));
      totals.equal += m.block!.count;
      m.skipBlock();
      r.skipBlock();
      continue;
    }
    const mUid = m.uid();
    const rUid = r.uid();
    if (mUid < rUid) {
      yield onlyMaster(m.take());
      totals.differing++;
    } else if (rUid < mUid) {
      yield onlyReplica(r.take());
      totals.differing++;
    } else {
      if (alike && !annotated.has(mUid) && sameWords(m, r)) {
        totals.lowerBound = Math.max(totals.lowerBound, m.modseq());
        totals.equal++;
        m.index++;
        r.index++;
        continue;
      }
      const pair: RecordPair = { uid: mUid, master: m.take(), replica: r.take() };
      if (alike || !sameMeaning(pair.master!, pair.replica!, m.offsets, r.offsets)) {
        const { master: a, replica: b } = pair as { master: SideRecord; replica: SideRecord };
        if (isSameDelivery(a, b)) {
          totals.lowerBound = Math.max(totals.lowerBound, a.createdmodseq);
        }
        totals.differing++;
        yield pair;
      } else {
        totals.lowerBound = Math.max(totals.lowerBound, pair.master!.modseq);
        totals.equal++;
      }
    }
  }
  while (m.load()) {
    yield onlyMaster(m.take());
    totals.differing++;
  }
  while (r.load()) {
    yield onlyReplica(r.take());
    totals.differing++;
  }
}

/** True when both records come from one delivery, and not from two of the same message, one on each side. */
function isSameDelivery(a: SideRecord, b: SideRecord): boolean {
  return (
    a.guid === b.guid &&
    a.createdmodseq !== 0 &&
    a.createdmodseq === b.createdmodseq &&
    a.internaldate === b.internaldate &&
    // Versions before 15 have no savedate.
    (a.savedate === 0 || b.savedate === 0 || a.savedate === b.savedate)
  );
}

const onlyMaster = (record: SideRecord): RecordPair => ({ uid: record.uid, master: record });
const onlyReplica = (record: SideRecord): RecordPair => ({ uid: record.uid, replica: record });

/** True when the bytes of a record mean the same on both sides. */
function sameTables(a: RecordStream, b: RecordStream): boolean {
  if (a.version !== b.version) return false;
  const length = Math.max(a.userFlags.length, b.userFlags.length);
  for (let i = 0; i < length; i++) if (a.userFlags[i] !== b.userFlags[i]) return false;
  return true;
}

function differingAnnotations(a: MessageAnnotations, b: MessageAnnotations): ReadonlySet<number> {
  const differing = new Set<number>();
  for (const uid of new Set([...a.byUid.keys(), ...b.byUid.keys()])) {
    const x = a.byUid.get(uid) ?? NO_VALUES;
    const y = b.byUid.get(uid) ?? NO_VALUES;
    if (!sameValues(x, y)) differing.add(uid);
  }
  if (a.fieldsByUid === undefined && b.fieldsByUid === undefined) return differing;
  for (const uid of new Set([...(a.fieldsByUid?.keys() ?? []), ...(b.fieldsByUid?.keys() ?? [])])) {
    if (!sameFields(a.fieldsByUid?.get(uid) ?? NO_FIELDS, b.fieldsByUid?.get(uid) ?? NO_FIELDS)) differing.add(uid);
  }
  return differing;
}

const sameFields = (a: LaterFields, b: LaterFields): boolean =>
  a.internaldateNsec === b.internaldateNsec && a.basecid === b.basecid;

function sameValues(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

function sameBytes(a: RecordBlock, b: RecordBlock): boolean {
  return a.count === b.count && a.bytes.equals(b.bytes);
}

function maxModseq(block: RecordBlock, o: RecordOffsets): number {
  let max = 0;
  if (o.modseq < 0) return max;
  for (let i = 0, at = o.modseq; i < block.count; i++, at += o.size) {
    const modseq = readU64(block.view, at);
    if (modseq > max) max = modseq;
  }
  return max;
}

/** Signed words: a number above 2^31 may be made on the heap. */
function sameInts(a: DataView, x: number, b: DataView, y: number, words: number): boolean {
  for (let at = 0; at < 4 * words; at += 4) if (a.getInt32(x + at) !== b.getInt32(y + at)) return false;
  return true;
}

/** Compares the words that count, for two records of the same version and the same flag names. */
function sameWords(m: Cursor, r: Cursor): boolean {
  const o = m.offsets;
  const a = m.block!.view;
  const b = r.block!.view;
  const x = m.index * o.size;
  const y = r.index * o.size;
  const words = o.isWide ? 2 : 1;
  // Undefined flag bits count here: the reader reports them, and a pair that differs in them must not look equal.
  const internal = ~(COMPARED_FLAGS | 0x03ffffe0);
  return (
    ((a.getInt32(x + o.systemFlags) ^ b.getInt32(y + o.systemFlags)) & ~internal) === 0 &&
    sameInts(a, x + o.internaldate, b, y + o.internaldate, words) &&
    sameInts(a, x + o.messageSize, b, y + o.messageSize, words) &&
    (o.isWide
      ? sameNsSeconds(a, x + o.lastUpdated, b, y + o.lastUpdated)
      : sameInts(a, x + o.lastUpdated, b, y + o.lastUpdated, 1)) &&
    sameInts(a, x + o.userFlags, b, y + o.userFlags, 4) &&
    (o.savedate < 0 ||
      (o.isWide
        ? sameNsSeconds(a, x + o.savedate, b, y + o.savedate)
        : sameInts(a, x + o.savedate, b, y + o.savedate, 1))) &&
    (o.guid < 0 || sameInts(a, x + o.guid, b, y + o.guid, 5)) &&
    (o.modseq < 0 || sameInts(a, x + o.modseq, b, y + o.modseq, 2)) &&
    (o.cid < 0 || sameInts(a, x + o.cid, b, y + o.cid, 2)) &&
    (o.createdmodseq < 0 || sameInts(a, x + o.createdmodseq, b, y + o.createdmodseq, 2)) &&
    (o.basecid < 0 || sameInts(a, x + o.basecid, b, y + o.basecid, 2))
  );
}

/** Of the internaldate alone does replication carry the part below a second. */
const sameNsSeconds = (a: DataView, x: number, b: DataView, y: number): boolean =>
  sameInts(a, x, b, y, 2) || readNsSeconds(a, x) === readNsSeconds(b, y);

/** The same comparison for records of different versions or flag tables: fields that a version lacks do not count. */
function sameMeaning(a: SideRecord, b: SideRecord, ao: RecordOffsets, bo: RecordOffsets): boolean {
  const both = (field: 'savedate' | 'cid' | 'createdmodseq'): boolean => ao[field] >= 0 && bo[field] >= 0;
  return (
    sameFlags(a, b) &&
    a.guid === b.guid &&
    a.modseq === b.modseq &&
    a.lastUpdated === b.lastUpdated &&
    a.internaldate === b.internaldate &&
    a.size === b.size &&
    a.expunged === b.expunged &&
    sameFields(a, b) &&
    (!both('savedate') || a.savedate === b.savedate) &&
    (!both('cid') || a.cid === b.cid) &&
    (!both('createdmodseq') || a.createdmodseq === b.createdmodseq) &&
    sameValues(a.annotations, b.annotations)
  );
}

/** Same IMAP flags by name, and the same stray bits. */
export function sameFlags(a: SideRecord, b: SideRecord): boolean {
  return (
    ((a.systemFlags ^ b.systemFlags) & 0x03ffffff) === 0 &&
    a.userFlags.length === b.userFlags.length &&
    a.userFlags.every((name, i) => name === b.userFlags[i]) &&
    a.unnamedFlags.join() === b.unnamedFlags.join()
  );
}

/** Walks the records of one side, decoding on demand. */
class Cursor extends RecordCursor {
  constructor(private readonly stream: RecordStream) {
    super(stream);
  }

  modseq(): number {
    const { modseq } = this.offsets;
    return modseq < 0 ? 0 : readU64(this.block!.view, this.base + modseq);
  }

  skipBlock(): void {
    this.index = this.block!.count;
  }

  /** Decodes the current record and steps on. */
  take(): SideRecord {
    const block = this.block!;
    const { stream, offsets: o } = this;
    const record: Filling = decodeRecord(block, this.index, o, stream.userFlags);
    const { uid } = record;
    const { base } = this;
    this.index++;
    const isSummed = !record.expunged && o.guid >= 0;
    // Set one by one: Object.assign takes as long as the rest.
    record.annotations = stream.annotations.byUid.get(uid) ?? NO_VALUES;
    record.crcBasic = isSummed ? basicTermOf(record, block, base, stream.flagCrcs, o) : 0;
    record.crcAnnot = isSummed
      ? annotTerms(block.view, base, o, uid)[stream.version.minor >= 20 ? 'padded' : 'unpadded'] ^
        (stream.annotations.crcByUid.get(uid) ?? 0)
      : 0;
    const later = stream.annotations.fieldsByUid?.get(uid);
    return (later === undefined ? record : { ...record, ...later }) as SideRecord;
  }
}

function basicTermOf(
  { uid, modseq, lastUpdated, internaldate, systemFlags }: IndexRecord,
  { bytes, view }: RecordBlock,
  base: number,
  flagCrcs: FlagCrcs,
  o: RecordOffsets,
): number {
  let flagsXor = flagCrcs.systemXor(systemFlags & (FLAG_SEEN * 2 - 1));
  for (let word = 0; word < 4; word++) {
    for (let bits = view.getInt32(base + o.userFlags + word * 4); bits !== 0; bits &= bits - 1)
      flagsXor ^= flagCrcs.ofUserFlag(word * 32 + 31 - Math.clz32(bits & -bits)) ?? 0;
  }
  return basicTerm(uid, modseq, lastUpdated, flagsXor, internaldate, bytes, base + o.guid);
}
