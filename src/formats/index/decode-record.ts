import { readU64 } from '../../bytes/layout.js';
import { FLAG_ARCHIVED, FLAG_EXPUNGED, FLAG_UNLINKED, type IndexRecord } from '../../model/index-file.js';
import {
  internaldateNsec,
  messageSize,
  recordModseq,
  secondsAt,
  type RecordBlock,
  type RecordOffsets,
} from './scan-records.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Versions before 10 have no GUID. */
const NULL_GUID = '0'.repeat(40);

/** Most records have no flags of users. */
const NONE: readonly never[] = [];

/**
 * Decodes one record of a block.
 * @param userFlagNames names by user flag number; undefined = free slot
 * @param highestmodseq of the header; without it a modseq is taken as it is stored
 */
export function decodeRecord(
  block: RecordBlock,
  index: number,
  o: RecordOffsets,
  userFlagNames: readonly (string | undefined)[],
  highestmodseq = Number.POSITIVE_INFINITY,
): IndexRecord {
  const { view, bytes } = block;
  const base = index * o.size;
  const systemFlags = view.getUint32(base + o.systemFlags);
  let userFlags: string[] | undefined;
  let unnamedFlags: number[] | undefined;
  for (let word = 0; word < 4; word++) {
    for (let bits = view.getInt32(base + o.userFlags + word * 4); bits !== 0; bits &= bits - 1) {
      const flag = word * 32 + 31 - Math.clz32(bits & -bits);
      const name = userFlagNames[flag];
      if (name === undefined) (unnamedFlags ??= []).push(flag);
      else (userFlags ??= []).push(name.toLowerCase());
    }
  }
  const record: Mutable<IndexRecord> = {
    uid: view.getUint32(base + o.uid),
    guid: o.guid < 0 ? NULL_GUID : bytes.toString('hex', base + o.guid, base + o.guid + 20),
    modseq: recordModseq(view, base, o, highestmodseq),
    createdmodseq: o.createdmodseq < 0 ? 0 : readU64(view, base + o.createdmodseq),
    internaldate: secondsAt(view, base + o.internaldate, o),
    lastUpdated: secondsAt(view, base + o.lastUpdated, o),
    savedate: o.savedate < 0 ? 0 : secondsAt(view, base + o.savedate, o),
    size: messageSize(view, base, o),
    systemFlags,
    userFlags: userFlags?.sort() ?? NONE,
    unnamedFlags: unnamedFlags ?? NONE,
    cid: o.cid < 0 ? 0n : view.getBigUint64(base + o.cid),
    expunged: (systemFlags & FLAG_EXPUNGED) !== 0,
    unlinked: (systemFlags & FLAG_UNLINKED) !== 0,
    archived: (systemFlags & FLAG_ARCHIVED) !== 0,
  };
  const nsec = internaldateNsec(view, base, o);
  if (nsec !== 0) record.internaldateNsec = nsec;
  const basecid = o.basecid < 0 ? 0n : view.getBigUint64(base + o.basecid);
  if (basecid !== 0n) record.basecid = basecid;
  return record;
}
