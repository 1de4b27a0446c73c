import { crc32 } from '../../bytes/crc32.js';
import { readNsFraction, readNsSeconds, readU64 } from '../../bytes/layout.js';
import type { FormatFault } from '../../model/fault.js';
import {
  FLAG_ANSWERED,
  FLAG_ARCHIVED,
  FLAG_DELETED,
  FLAG_EXPUNGED,
  FLAG_FLAGGED,
  FLAG_NEEDS_CLEANUP,
  FLAG_SEEN,
  FLAG_UNLINKED,
  LEGAL_SYSTEM_FLAGS,
  SYSTEM_FLAG_NAMES,
  type IndexHeader,
} from '../../model/index-file.js';
import { hex32 } from './read-header.js';
import {
  basethridTerm,
  basicTerm,
  createdmodseqTerm,
  flagNameCrc,
  nsecTerm,
  savedateTerm,
  thridTerm,
} from './sync-crc.js';
import type { IndexVersion } from './versions/index-version.js';

/** Offsets of the record fields that the hot loops read; -1 where a version lacks the field. */
export interface RecordOffsets {
  readonly size: number;
  readonly uid: number;
  readonly internaldate: number;
  readonly messageSize: number;
  readonly headerSize: number;
  readonly cacheOffset: number;
  readonly lastUpdated: number;
  readonly systemFlags: number;
  readonly userFlags: number;
  readonly savedate: number;
  readonly cacheVersion: number;
  readonly guid: number;
  readonly modseq: number;
  readonly cid: number;
  readonly createdmodseq: number;
  readonly basecid: number;
  readonly cacheCrc: number;
  readonly crc: number;
  readonly modseqMayBeShifted: boolean;
  /** Times are 64-bit nanoseconds and sizes 64 bits wide, from version 20; else both are 32-bit words. */
  readonly isWide: boolean;
}

const OFFSETS = new Map<IndexVersion, RecordOffsets>();

/** The offsets of one version, taken from its table once. */
export function recordOffsets(version: IndexVersion): RecordOffsets {
  let offsets = OFFSETS.get(version);
  if (offsets === undefined) {
    const at = version.record.offsetOf;
    offsets = {
      size: version.record.size,
      uid: at('uid'),
      internaldate: at('internaldate'),
      messageSize: at('size'),
      headerSize: at('headerSize'),
      cacheOffset: at('cacheOffset'),
      lastUpdated: at('lastUpdated'),
      systemFlags: at('systemFlags'),
      userFlags: at('userFlags'),
      savedate: at('savedate'),
      cacheVersion: at('cacheVersion'),
      guid: at('guid'),
      modseq: at('modseq'),
      cid: at('cid'),
      createdmodseq: at('createdmodseq'),
      basecid: at('basecid'),
      cacheCrc: at('cacheCrc'),
      crc: at('recordCrc'),
      modseqMayBeShifted: version.modseqMayBeShifted === true,
      isWide: version.record.fields['internaldate']?.kind === 'timeNs',
    };
    OFFSETS.set(version, offsets);
  }
  return offsets;
}

/** A run of whole records as they lie in the file. */
export interface RecordBlock {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly count: number;
  /** Offset of the first record in the file. */
  readonly fileOffset: number;
}

/** What a pass over the records of one index adds up. CRCs are signed 32-bit XORs; counters cover live records. */
export interface RecordTotals {
  records: number;
  exists: number;
  answered: number;
  flagged: number;
  deleted: number;
  unseen: number;
  quotaUsed: number;
  /** Bytes of live records that are \Deleted. */
  quotaDeleted: number;
  /** Bytes of expunged records that still have their file. */
  quotaExpunged: number;
  expunged: number;
  archived: number;
  crcBasic: number;
  /** Virtual annotations only, thread ids unpadded (releases before 3.13). */
  crcAnnot: number;
  /** The same with padded thread ids. */
  crcAnnotPadded: number;
  maxUid: number;
  maxModseq: number;
  /** Records whose CRC, order or identity cannot be trusted. */
  badRecords: number;
  faultsDropped: number;
}

export function newTotals(): RecordTotals {
  return {
    records: 0,
    exists: 0,
    answered: 0,
    flagged: 0,
    deleted: 0,
    unseen: 0,
    quotaUsed: 0,
    quotaDeleted: 0,
    quotaExpunged: 0,
    expunged: 0,
    archived: 0,
    crcBasic: 0,
    crcAnnot: 0,
    crcAnnotPadded: 0,
    maxUid: 0,
    maxModseq: 0,
    badRecords: 0,
    faultsDropped: 0,
  };
}

const SYSTEM_FLAG_CRCS = new Int32Array(32);
for (const [bit, name] of SYSTEM_FLAG_NAMES) SYSTEM_FLAG_CRCS[bit] = flagNameCrc(name);

/** CRCs of the flag names, by bit and by user flag number. */
export class FlagCrcs {
  private readonly user: readonly (number | undefined)[];

  constructor(userFlags: readonly (string | undefined)[]) {
    this.user = userFlags.map((name) => (name === undefined ? undefined : flagNameCrc(name)));
  }

  systemXor(flags: number): number {
    let xor = 0;
    for (let bit = 1; bit <= FLAG_SEEN; bit <<= 1) if (flags & bit) xor ^= SYSTEM_FLAG_CRCS[bit]!;
    return xor;
  }

  /** Flag numbers up to the last one that has a name. */
  get length(): number {
    return this.user.length;
  }

  /** Undefined for a flag number without a name. */
  ofUserFlag(flag: number): number | undefined {
    return this.user[flag];
  }
}

/** Faults kept per index; more of them only count. */
const MAX_FAULTS = 200;

/**
 * Checks and adds up one block of records. Call it with the blocks of an index in file order and the same `totals`.
 * Source of the invariants: index.md sections 5, 6 and 8.
 */
export function scanRecords(
  block: RecordBlock,
  version: IndexVersion,
  header: IndexHeader,
  flagCrcs: FlagCrcs,
  totals: RecordTotals,
  faults: FormatFault[],
  file: string,
): void {
  const o = recordOffsets(version);
  const { bytes, view } = block;
  // Before version 12 the seen state was in the seen database only, and the bit must be clear.
  const legalFlags = version.minor < 12 ? LEGAL_SYSTEM_FLAGS & ~FLAG_SEEN : LEGAL_SYSTEM_FLAGS;
  const fault = (f: FormatFault): void => {
    if (faults.length < MAX_FAULTS) faults.push(f);
    else totals.faultsDropped++;
  };
  for (let i = 0, base = 0; i < block.count; i++, base += o.size) {
    const uid = view.getUint32(base + o.uid);
    totals.records++;
    const at = (offset: number): number => block.fileOffset + base + offset;
    if (o.crc >= 0) {
      const storedCrc = view.getUint32(base + o.crc);
      const computedCrc = crc32(bytes, base, base + o.crc);
      if (storedCrc !== computedCrc) {
        totals.badRecords++;
        fault({
          code: 'record-crc',
          file,
          offset: at(o.crc),
          uid,
          expected: hex32(computedCrc),
          actual: hex32(storedCrc),
        });
        continue;
      }
    }
    const flags = view.getUint32(base + o.systemFlags) | 0;
    if (uid === 0) {
      if ((flags & FLAG_EXPUNGED) === 0 || (flags & FLAG_UNLINKED) === 0) {
        totals.badRecords++;
        fault({ code: 'record-uid-zero', file, offset: at(o.uid), uid, expected: 'a uid above 0', actual: '0' });
      }
      continue;
    }
    if (uid <= totals.maxUid) {
      totals.badRecords++;
      fault({
        code: 'record-uid-order',
        file,
        offset: at(o.uid),
        uid,
        expected: `above ${String(totals.maxUid)}`,
        actual: String(uid),
      });
    } else {
      totals.maxUid = uid;
    }
    if (uid > header.lastUid) {
      fault({
        code: 'record-uid-above-last-uid',
        file,
        offset: at(o.uid),
        uid,
        expected: `at most ${String(header.lastUid)}`,
        actual: String(uid),
      });
    }
    const modseq = recordModseq(view, base, o, header.highestmodseq);
    if (modseq > totals.maxModseq) totals.maxModseq = modseq;
    if (modseq > header.highestmodseq) {
      fault({
        code: 'record-modseq-above-highest',
        file,
        offset: at(o.modseq),
        uid,
        expected: `at most ${String(header.highestmodseq)}`,
        actual: String(modseq),
      });
    }
    if ((flags & ~legalFlags) !== 0) {
      fault({
        code: 'record-undefined-system-flag',
        file,
        offset: at(o.systemFlags),
        uid,
        expected: 'defined flag bits',
        actual: hex32((flags & ~legalFlags) >>> 0),
      });
    }
    if ((flags & FLAG_UNLINKED) !== 0 && (flags & FLAG_EXPUNGED) === 0) {
      fault({
        code: 'record-unlinked-not-expunged',
        file,
        offset: at(o.systemFlags),
        uid,
        expected: 'EXPUNGED with UNLINKED',
        actual: hex32(flags >>> 0),
      });
    }
    if ((flags & FLAG_NEEDS_CLEANUP) !== 0 && (flags & FLAG_UNLINKED) === 0) {
      fault({
        code: 'record-cleanup-not-unlinked',
        file,
        offset: at(o.systemFlags),
        uid,
        expected: 'UNLINKED with NEEDS_CLEANUP',
        actual: hex32(flags >>> 0),
      });
    }
    const size = messageSize(view, base, o);
    const headerSize = view.getUint32(base + o.headerSize);
    if (headerSize > size) {
      fault({
        code: 'record-header-size',
        file,
        offset: at(o.headerSize),
        uid,
        expected: `header_size of at most ${String(size)}`,
        actual: String(headerSize),
      });
    }
    const createdmodseq = o.createdmodseq < 0 ? 0 : readU64(view, base + o.createdmodseq);
    // A trip through versions 6 and 7 leaves modseqs of 0. Source: index.md section 8.
    if (createdmodseq > modseq && modseq > 0) {
      fault({
        code: 'record-createdmodseq',
        file,
        offset: at(o.createdmodseq),
        uid,
        expected: `createdmodseq of at most ${String(modseq)}`,
        actual: String(createdmodseq),
      });
    }
    if (o.guid >= 0 && isNullGuid(view, base + o.guid)) {
      fault({ code: 'record-null-guid', file, offset: at(o.guid), uid, expected: 'a GUID', actual: 'all zero' });
    }
    let xor = flagCrcs.systemXor(flags);
    for (let word = 0; word < 4; word++) {
      let bits = view.getUint32(base + o.userFlags + word * 4);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits);
        bits = (bits & ~(1 << bit)) >>> 0;
        const crc = flagCrcs.ofUserFlag(word * 32 + bit);
        if (crc === undefined) {
          fault({
            code: 'record-unnamed-user-flag',
            file,
            offset: at(o.userFlags),
            uid,
            expected: 'a flag named in cyrus.header',
            actual: `user flag ${String(word * 32 + bit)}`,
          });
        } else {
          xor ^= crc;
        }
      }
    }
    if ((flags & FLAG_EXPUNGED) !== 0) {
      totals.expunged++;
      if ((flags & FLAG_UNLINKED) === 0) totals.quotaExpunged += size;
      continue;
    }
    totals.exists++;
    if (flags & FLAG_ANSWERED) totals.answered++;
    if (flags & FLAG_FLAGGED) totals.flagged++;
    if (flags & FLAG_DELETED) {
      totals.deleted++;
      totals.quotaDeleted += size;
    }
    if ((flags & FLAG_SEEN) === 0) totals.unseen++;
    if (flags & FLAG_ARCHIVED) totals.archived++;
    totals.quotaUsed += size;
    if (o.guid < 0) continue;
    totals.crcBasic ^= basicTerm(
      uid,
      modseq,
      secondsAt(view, base + o.lastUpdated, o),
      xor,
      secondsAt(view, base + o.internaldate, o),
      bytes,
      base + o.guid,
    );
    const annot = annotTerms(view, base, o, uid);
    totals.crcAnnot ^= annot.unpadded;
    totals.crcAnnotPadded ^= annot.padded;
  }
}

/**
 * Modseq of a record; 0 where the version has none. Releases 2.5 and 3.0 wrote versions 8 and 9 with the value in the
 * upper half of the field. Source: mailbox_index_record_to_buf, imap/mailbox.c 2.5.17, 3.0.18.
 */
export function recordModseq(view: DataView, base: number, o: RecordOffsets, highestmodseq: number): number {
  if (o.modseq < 0) return 0;
  const modseq = readU64(view, base + o.modseq);
  const isShifted = o.modseqMayBeShifted && modseq > highestmodseq && view.getUint32(base + o.modseq + 4) === 0;
  return isShifted ? view.getUint32(base + o.modseq) : modseq;
}

/** A time of a record in whole seconds; `at` is where it lies. */
export function secondsAt(view: DataView, at: number, o: RecordOffsets): number {
  return o.isWide ? readNsSeconds(view, at) : view.getUint32(at);
}

/** Length of the message file in bytes. */
export function messageSize(view: DataView, base: number, o: RecordOffsets): number {
  return o.isWide ? readU64(view, base + o.messageSize) : view.getUint32(base + o.messageSize);
}

/** Sub-second part of the internaldate; 0 where the version keeps it in an annotation. Unit: ns. */
export function internaldateNsec(view: DataView, base: number, o: RecordOffsets): number {
  return o.isWide ? readNsFraction(view, base + o.internaldate) : 0;
}

const terms = { unpadded: 0, padded: 0 };

/** XOR of the virtual annotation terms of one record, in both spellings. The result object is reused. */
export function annotTerms(
  view: DataView,
  base: number,
  o: RecordOffsets,
  uid: number,
): { unpadded: number; padded: number } {
  let common = 0;
  if (o.savedate >= 0) {
    const savedate = secondsAt(view, base + o.savedate, o);
    if (savedate !== 0) common ^= savedateTerm(uid, savedate);
  }
  if (o.createdmodseq >= 0) {
    const createdmodseq = readU64(view, base + o.createdmodseq);
    if (createdmodseq !== 0) common ^= createdmodseqTerm(uid, createdmodseq);
  }
  if (o.basecid >= 0) {
    const high = view.getUint32(base + o.basecid);
    const low = view.getUint32(base + o.basecid + 4);
    if (high !== 0 || low !== 0) common ^= basethridTerm(uid, high, low);
  }
  const nsec = internaldateNsec(view, base, o);
  if (nsec !== 0) common ^= nsecTerm(uid, nsec);
  terms.unpadded = common;
  terms.padded = common;
  if (o.cid >= 0) {
    const high = view.getUint32(base + o.cid);
    const low = view.getUint32(base + o.cid + 4);
    if (high !== 0 || low !== 0) {
      const padded = thridTerm(uid, high, low, true);
      terms.padded ^= padded;
      terms.unpadded ^= high >>> 28 === 0 ? thridTerm(uid, high, low, false) : padded;
    }
  }
  return terms;
}

function isNullGuid(view: DataView, at: number): boolean {
  return (
    view.getUint32(at) === 0 &&
    view.getUint32(at + 4) === 0 &&
    view.getUint32(at + 8) === 0 &&
    view.getUint32(at + 12) === 0 &&
    view.getUint32(at + 16) === 0
  );
}
