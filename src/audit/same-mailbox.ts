import { bufferSource } from '../bytes/byte-source.js';
import { crc32 } from '../bytes/crc32.js';
import { NO_ANNOTATIONS } from '../compare/join-records.js';
import { openCyrusDb } from '../formats/cyrusdb/open-cyrusdb.js';
import { MAX_HEADER_SIZE, readIndexHeader } from '../formats/index/read-header.js';
import type { IndexRecords } from '../formats/index/record-cursor.js';
import { kernel, scanLoaded, type LoadedRun } from '../formats/index/kernel/scan-block.js';
import { KERNEL_BUFFER_SIZE } from '../formats/index/kernel/scan-kernel.js';
import { FlagCrcs, newTotals, type RecordBlock, type RecordTotals } from '../formats/index/scan-records.js';
import type { IndexVersion } from '../formats/index/versions/index-version.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { FormatFault } from '../model/fault.js';
import { OPTION_MAILBOX_DELETED, SYNCED_OPTIONS, type IndexHeader } from '../model/index-file.js';
import type { MailboxHeader, Mbentry } from '../model/mailbox.js';
import { sameAnnotations } from '../replication/predict-mailbox.js';
import { openFilePair, type FilePair } from '../sources/file-pair.js';
import { FILE_MISSING, FILE_NOT_READ, readFileInto } from '../sources/read-only-file.js';
import type { MayUse } from '../sources/server-access.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import { mayUseDirectories } from './check-access.js';
import { checkTotals, computedCrcs } from './check-totals.js';
import { readMailboxAnnotations, sumOfLengths } from './read-annotations.js';
import { isRefusedVersion, type FiledMailbox } from './read-mailbox.js';

/** A mailbox that was found sound and the same on both sides. */
export interface SameMailbox {
  readonly header: MailboxHeader;
  readonly index: { readonly master: IndexHeader; readonly replica: IndexHeader };
  readonly exists: number;
  /** It has mailbox annotations, of which releases make different things. */
  readonly isAnnotated: boolean;
  /** Of one side. */
  readonly records: number;
  readonly minor: number;
  /** Length of either index. */
  readonly bytes: number;
}

/** To look at the files of a mailbox; good until the next mailbox is read. */
export type SameFiles = Readonly<Record<'master' | 'replica', FiledMailbox>>;

/** Larger files are left to the full look, where what is done once per mailbox does not count. */
const HEADER_BYTES = 16 * 1024;
const ANNOTATION_BYTES = 4 * 1024;

type Buffers = Readonly<Record<'master' | 'replica', Buffer>>;

const bufferOf = (size: number) => ({ master: Buffer.allocUnsafeSlow(size), replica: Buffer.allocUnsafeSlow(size) });
const headers = bufferOf(HEADER_BYTES);
const indexes = { master: kernel.buffers[0], replica: kernel.buffers[1] };
const annotations = bufferOf(ANNOTATION_BYTES);
/** What was last found to be a sound database without rows: the same bytes need no second look. */
let emptyDatabase = Buffer.alloc(0);

/**
 * A first look at a mailbox that both lists have in one place: most mailboxes of a pair are sound and the same, and for
 * those nothing is decoded that the other side has byte for byte. undefined = it may be otherwise, and only the full look
 * (`auditMailbox`) can tell; a mailbox that is the same here is clean there.
 * @param withFiles its files are to be looked at as well, for which the index has to be small enough to be at hand
 */
export function readSameMailbox(
  sides: { readonly master: Side; readonly replica: Side },
  entry: Mbentry,
  twin: Mbentry,
  owner: string | undefined,
  isDeleted: boolean,
  withFiles = false,
): { readonly same: SameMailbox; readonly files?: SameFiles } | undefined {
  if (entry !== twin && !isSameEntry(entry, twin)) return undefined;
  const m = locateMailbox(sides.master.layout, entry);
  const r = locateMailbox(sides.replica.layout, twin);
  if (m === undefined || r === undefined) return undefined;
  // At level index it is asked of the index alone: the rest would take a tenth of the time, and is rarely all that is amiss.
  const [ofMaster, ofReplica] = [sides.master.access, sides.replica.access];
  if (withFiles && (!mayUseDirectories(ofMaster, m) || !mayUseDirectories(ofReplica, r))) return undefined;

  const headerSize = readFileInto(m.metaOf('header'), headers.master, withFiles ? ofMaster?.mayRead : undefined);
  const twinSize = readFileInto(r.metaOf('header'), headers.replica, withFiles ? ofReplica?.mayRead : undefined);
  if (headerSize <= 0 || twinSize !== headerSize) return undefined;
  if (!isEqual(headers, headerSize)) return undefined;
  const headerBytes = headers.master.subarray(0, headerSize);
  const { value: header, faults: headerFaults } = parseMailboxHeader(headerBytes, '');
  if (header === undefined || headerFaults.length > 0) return undefined;
  if (header.uniqueid !== undefined && entry.uniqueid !== undefined && header.uniqueid !== entry.uniqueid)
    return undefined;
  // The dlist form has always had the uniqueid.
  if (header.form === 'dlist' && header.uniqueid === undefined) return undefined;
  const nameIsKept = isDeleted || entry.mbtype.legacyDirs;
  if (header.mboxname !== undefined && header.mboxname !== entry.mboxname && !nameIsKept) return undefined;

  if (!isCopyOf(entry, header)) return undefined;
  const annotated = sameMailboxAnnotations(sides, entry, owner);
  if (annotated === undefined) return undefined;
  const bytes = sumOfLengths(annotated);
  const mayWrite = { master: ofMaster?.mayWrite, replica: ofReplica?.mayWrite };
  const found = readSameIndex(
    { master: m.metaOf('index'), replica: r.metaOf('index') },
    mayWrite,
    header,
    crc32(headerBytes),
    bytes,
    withFiles,
  );
  if (found === undefined) return undefined;
  const { stream, ...same } = found;
  if (!hasNoAnnotations(m.metaOf('annotations'), annotations.master, mayWrite.master)) return undefined;
  if (!hasNoAnnotations(r.metaOf('annotations'), annotations.replica, mayWrite.replica)) return undefined;
  if ((entry.uidvalidity ?? same.index.master.uidvalidity) !== same.index.master.uidvalidity) return undefined;
  if ((twin.uidvalidity ?? same.index.replica.uidvalidity) !== same.index.replica.uidvalidity) return undefined;
  const filed = (role: 'master' | 'replica', dirs: MailboxDirs, atHand: IndexRecords): FiledMailbox => ({
    dirs,
    access: sides[role].access,
    stream: atHand,
    indexHeader: same.index[role],
    totals: same,
    recordsAreSound: true,
  });
  return {
    same: { header, isAnnotated: annotated.size > 0, ...same },
    ...(stream === undefined
      ? {}
      : { files: { master: filed('master', m, stream), replica: filed('replica', r, stream) } }),
  };
}

/** True when cyrus.header says of ACL and type what the list says: `staleCopies` finds nothing. */
function isCopyOf({ acl, mbtype }: Mbentry, header: MailboxHeader): boolean {
  const isSameAcl =
    acl.length === header.acl.length &&
    acl.every(
      ({ identifier, rights }, i) => identifier === header.acl[i]!.identifier && rights === header.acl[i]!.rights,
    );
  return isSameAcl && (header.form === 'text' || header.mbtype?.[0] === mbtype.kind);
}

function isSameEntry(a: Mbentry, b: Mbentry): boolean {
  return (
    a.mboxname === b.mboxname &&
    a.uniqueid === b.uniqueid &&
    a.partition === b.partition &&
    a.mbtype.letters === b.mbtype.letters &&
    a.foldermodseq === b.foldermodseq &&
    a.acl.length === b.acl.length &&
    a.acl.every(({ identifier, rights }, i) => identifier === b.acl[i]!.identifier && rights === b.acl[i]!.rights)
  );
}

function isEqual({ master, replica }: Buffers, end: number, from = 0): boolean {
  return master.compare(replica, from, end, from, end) === 0;
}

function readSameIndex(
  paths: Readonly<Record<'master' | 'replica', string>>,
  mayUse: Readonly<Record<'master' | 'replica', MayUse>>,
  { userFlags }: MailboxHeader,
  headerFileCrc: number,
  annotationBytes: number,
  isToBeAtHand: boolean,
): (Omit<SameMailbox, 'header' | 'isAnnotated'> & { readonly stream?: IndexRecords }) | undefined {
  const small = readFileInto(paths.master, indexes.master, mayUse.master);
  if (small > 0 && readFileInto(paths.replica, indexes.replica, mayUse.replica) !== small) return undefined;
  if (small === FILE_NOT_READ && isToBeAtHand) return undefined;
  const large = small === FILE_NOT_READ ? openFilePair(paths, indexes, mayUse) : undefined;
  try {
    const size = large?.size ?? small;
    if (size <= 0 || large?.read(0, Math.min(size, MAX_HEADER_SIZE)) === false) return undefined;
    const heads = sameHeaders(size, headerFileCrc);
    if (heads === undefined) return undefined;
    const { master: a, replica: b, version } = heads;
    const totals = newTotals();
    const flagCrcs = new FlagCrcs(userFlags);
    const isSound =
      large === undefined
        ? isEqual(indexes, size, a.startOffset) &&
          areSound(version, a, flagCrcs, totals, { at: a.startOffset, count: a.numRecords, fileOffset: a.startOffset })
        : areSameChunks(large, version, a, flagCrcs, totals);
    if (!isSound) return undefined;
    const faults: FormatFault[] = [];
    const computed = computedCrcs({ version, annotations: NO_ANNOTATIONS, blocks: () => [] }, totals);
    checkTotals(a, version, totals, computed, annotationBytes, '', faults);
    if (a !== b) checkTotals(b, version, totals, computed, annotationBytes, '', faults);
    if (faults.length > 0) return undefined;
    return {
      index: { master: a, replica: b },
      exists: totals.exists,
      records: totals.records,
      minor: version.minor,
      bytes: size,
      ...(isToBeAtHand ? { stream: { version, blocks: () => [recordsAtHand(a)] } } : {}),
    };
  } catch {
    return undefined;
  } finally {
    large?.close();
  }
}

/** The records in the first buffer. */
function recordsAtHand({ startOffset, numRecords, recordSize }: IndexHeader): RecordBlock {
  const bytes = indexes.master.subarray(startOffset, startOffset + numRecords * recordSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, count: numRecords, fileOffset: startOffset };
}

/** The headers at the beginning of both buffers, when replication sees the same in them. */
function sameHeaders(
  size: number,
  headerFileCrc: number,
): (SameMailbox['index'] & { readonly version: IndexVersion }) | undefined {
  const master = readIndexHeader(indexes.master.subarray(0, Math.min(size, MAX_HEADER_SIZE)), size, '');
  const { header: a, version } = master;
  if (a === undefined || version === undefined || master.faults.length > 0) return undefined;
  const headersAreEqual = isEqual(indexes, a.startOffset);
  const replica = headersAreEqual
    ? master
    : readIndexHeader(indexes.replica.subarray(0, Math.min(size, MAX_HEADER_SIZE)), size, '');
  const { header: b } = replica;
  if (b === undefined || replica.version !== version || replica.faults.length > 0) return undefined;
  if (isRefusedVersion(version.minor) || ((a.options | b.options) & OPTION_MAILBOX_DELETED) !== 0) return undefined;
  if (a.headerFileCrc !== 0 && a.headerFileCrc !== headerFileCrc) return undefined;
  if (b.headerFileCrc !== 0 && b.headerFileCrc !== headerFileCrc) return undefined;
  if (a !== b && !isSameState(a, b)) return undefined;
  return { master: a, replica: b, version };
}

/** Adds up records of the first buffer; false when anything is wrong with one of them. */
function areSound(
  version: IndexVersion,
  header: IndexHeader,
  flagCrcs: FlagCrcs,
  totals: RecordTotals,
  run: LoadedRun,
): boolean {
  const faults: FormatFault[] = [];
  scanLoaded(run, version, header, flagCrcs, totals, faults, '');
  return faults.length === 0;
}

/** Two indexes that do not fit into the buffers, one run of records after the other. */
function areSameChunks(
  pair: FilePair,
  version: IndexVersion,
  header: IndexHeader,
  flagCrcs: FlagCrcs,
  totals: RecordTotals,
): boolean {
  const { recordSize, numRecords, startOffset } = header;
  const end = startOffset + numRecords * recordSize;
  const most = Math.floor(KERNEL_BUFFER_SIZE / recordSize);
  for (let done = 0; done < numRecords; done += most) {
    const count = Math.min(most, numRecords - done);
    const fileOffset = startOffset + done * recordSize;
    const length = count * recordSize;
    if (!pair.read(fileOffset, length) || !isEqual(indexes, length)) return false;
    if (!areSound(version, header, flagCrcs, totals, { at: 0, count, fileOffset })) return false;
  }
  // Behind the records there may be something else, which then has to be the same.
  for (let at = end; at < pair.size; at += KERNEL_BUFFER_SIZE) {
    const length = Math.min(KERNEL_BUFFER_SIZE, pair.size - at);
    if (!pair.read(at, length) || !isEqual(indexes, length)) return false;
  }
  return true;
}

/**
 * True when what replication sees of both headers is the same. When something was read last, and when a message was last
 * appended, may differ without harm; so may what was cleaned out, as no record differs.
 */
function isSameState(a: IndexHeader, b: IndexHeader): boolean {
  return (
    a.numRecords === b.numRecords &&
    a.recordSize === b.recordSize &&
    a.startOffset === b.startOffset &&
    a.lastUid === b.lastUid &&
    a.highestmodseq === b.highestmodseq &&
    a.deletedmodseq <= b.highestmodseq &&
    a.uidvalidity === b.uidvalidity &&
    a.createdmodseq === b.createdmodseq &&
    ((a.options ^ b.options) & SYNCED_OPTIONS) === 0
  );
}

/** True for a mailbox without a database of message annotations, and for a sound one without rows. */
function hasNoAnnotations(path: string, target: Buffer, mayUse: MayUse): boolean {
  const size = readFileInto(path, target, mayUse);
  if (size === FILE_MISSING) return true;
  if (size <= 0) return false;
  if (size === emptyDatabase.length && target.compare(emptyDatabase, 0, size, 0, size) === 0) return true;
  const bytes = Buffer.from(target.subarray(0, size));
  const { db, faults } = openCyrusDb(bufferSource(bytes), '');
  if (db === undefined || db.count > 0) return false;
  // Of one that was emptied the rows are still there, and may be damaged.
  if (db.verify().length > 0 || faults.length > 0) return false;
  emptyDatabase = bytes;
  return true;
}

const NO_VALUES: ReadonlyMap<string, string> = new Map();

/** Mailbox annotations; undefined when they differ or cannot be read. */
function sameMailboxAnnotations(
  { master, replica }: { readonly master: Side; readonly replica: Side },
  entry: Mbentry,
  owner: string | undefined,
): ReadonlyMap<string, string> | undefined {
  const isEmpty = ({ annotations: { db } }: Side): boolean => db === undefined || db.count === 0;
  if (isEmpty(master) && isEmpty(replica)) return NO_VALUES;
  const faults: FormatFault[] = [];
  const unread: string[] = [];
  const a = readMailboxAnnotations(master, entry, { userid: owner }, faults, unread);
  const b = readMailboxAnnotations(replica, entry, { userid: owner }, faults, unread);
  return faults.length + unread.length === 0 && sameAnnotations(a, b) ? a : undefined;
}
