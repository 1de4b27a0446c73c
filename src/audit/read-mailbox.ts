import { isOlderEntry, locateMailbox } from '../sources/spool/locate-mailbox.js';
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from '../bytes/crc32.js';
import {
  NO_ANNOTATIONS,
  type LaterFields,
  type MessageAnnotations,
  type RecordStream,
} from '../compare/join-records.js';
import {
  OWNER_TOKEN,
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../formats/annotations/annotation-row.js';
import { rowsWithPrefix } from '../formats/cyrusdb/cyrusdb.js';
import { hex32 } from '../formats/index/read-header.js';
import { scanBlock } from '../formats/index/kernel/scan-block.js';
import { FlagCrcs, newTotals, recordOffsets, type RecordTotals } from '../formats/index/scan-records.js';
import { ANNOT_CRC_INIT, annotationTerm, isVirtualAnnotation, laterField } from '../formats/index/sync-crc.js';
import type { IndexVersion } from '../formats/index/versions/index-version.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { FaultCode, FormatFault } from '../model/fault.js';
import { FLAG_EXPUNGED, OPTION_MAILBOX_DELETED, SYNCED_OPTIONS, type IndexHeader } from '../model/index-file.js';
import type { AclEntry, MailboxHeader, Mbentry } from '../model/mailbox.js';
import type { MailboxHead, SyncCrcs } from '../model/record-pair.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { openSmallDatabase, whyNotDecoded } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import { readSmallFile } from '../sources/read-only-file.js';

/** One side of one mailbox, read from disk. Close it: it holds the index open. */
export interface ReadMailbox {
  readonly mbentry: Mbentry;
  readonly dirs?: MailboxDirs;
  /** The directory of the metadata, or what stands for it in a message. */
  readonly path: string;
  readonly missing: readonly ('directory' | 'cyrus.index' | 'cyrus.header')[];
  readonly header?: MailboxHeader;
  readonly index?: IndexFile;
  readonly indexHeader?: IndexHeader;
  readonly version?: IndexVersion;
  /** Minor version of the index even when it cannot be decoded. */
  readonly minor?: number;
  readonly totals?: RecordTotals;
  /** No fault in any record: equal bytes need no second look. */
  readonly recordsAreSound?: boolean;
  readonly stream?: RecordStream;
  readonly head?: MailboxHead;
  readonly faults: readonly FormatFault[];
  /** Why something could not be looked at, although it is not known to be damaged. */
  readonly unread: readonly string[];
  close(): void;
}

/** What it takes to look at the message files and the cache of a mailbox. */
export interface FiledMailbox {
  readonly dirs?: MailboxDirs;
  readonly stream?: Pick<RecordStream, 'version' | 'blocks'>;
  readonly indexHeader?: IndexHeader;
  readonly totals?: Pick<RecordTotals, 'records'>;
  readonly recordsAreSound?: boolean;
}

/** cyrus.header of a mailbox with a long ACL and 128 flag names is a few kilobytes. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Annotations of one mailbox that are held in memory; more leave the mailbox unaudited. */
const MAX_ANNOTATION_BYTES = 64 * 1024 * 1024;

/** Faults that keep Cyrus from opening the mailbox. */
const UNOPENABLE: ReadonlySet<FaultCode> = new Set([
  'file-empty',
  'index-too-short',
  'index-truncated',
  'index-version-unknown',
  'index-header-crc',
  'index-start-offset',
  'index-record-size',
  'index-marked-deleted',
  'header-magic',
  'header-syntax',
]);

/** True when Cyrus can open what was read, as far as the disk tells. */
export function isOpenable(mailbox: ReadMailbox): boolean {
  return (
    mailbox.missing.length === 0 &&
    !mailbox.faults.some(({ code }) => UNOPENABLE.has(code)) &&
    !isRefusedVersion(mailbox.minor)
  );
}

/** Replication refuses older indexes. Source: sync_mailbox_version_check, imap/sync_support.c 3.6.1. */
export function isRefusedVersion(minor: number | undefined): boolean {
  return minor !== undefined && minor < 10;
}

/**
 * Reads one side of a mailbox: cyrus.header, the index with all its records checked and added up, message and mailbox
 * annotations. `userid` is the owner, whose name stands for the owner token; `twin` is the
 * other side, still open: what is equal byte for byte is not added up twice. Annotations of the owner are given as those
 * of `spelled`, the owner on the other side: a user who was renamed has the same ones there.
 */
export function readMailbox(
  side: Side,
  mbentry: Mbentry,
  userid: string | undefined,
  twin?: ReadMailbox,
  spelled?: string,
): ReadMailbox {
  const dirs = locateMailbox(side.layout, mbentry);
  const faults: FormatFault[] = [];
  const unread: string[] = [];
  const nothing = (path: string): ReadMailbox => ({
    mbentry,
    path,
    missing: ['directory'],
    faults,
    unread,
    close: () => undefined,
  });
  if (dirs === undefined) return nothing(`partition ${mbentry.partition ?? '(none)'} of ${mbentry.mboxname}`);

  const indexPath = dirs.metaOf('index');
  const path = dirname(indexPath);
  const missing: ('directory' | 'cyrus.index' | 'cyrus.header')[] = [];
  const headerRead = readSmallFile(dirs.metaOf('header'), MAX_HEADER_BYTES);
  const opened = IndexFile.open(indexPath);
  if (headerRead.failure !== undefined) {
    if (headerRead.failure.missing) missing.push('cyrus.header');
    else unread.push(headerRead.failure.reason);
  }
  if (opened.failure !== undefined) {
    if (opened.failure.missing) missing.push('cyrus.index');
    else unread.push(opened.failure.reason);
  }
  if (missing.length > 0 && !isDirectory(path)) {
    opened.index?.close();
    return { ...nothing(path), dirs };
  }
  let header: MailboxHeader | undefined;
  if (headerRead.bytes !== undefined) {
    const parsed = parseMailboxHeader(headerRead.bytes, dirs.metaOf('header'));
    header = parsed.value;
    faults.push(...parsed.faults);
  }
  const index = opened.index;
  const base = {
    mbentry,
    dirs,
    path,
    missing,
    faults,
    unread,
    ...(header === undefined ? {} : { header }),
    close: () => index?.close(),
  };
  if (index === undefined) return base;
  const { head, size } = index;
  faults.push(...head.faults);
  if (isRefusedVersion(head.minor)) {
    faults.push({
      code: 'index-version-refused',
      file: indexPath,
      offset: 8,
      expected: 'version 10 or later',
      actual: String(head.minor),
    });
  }
  // A mailbox that is listed must not carry the mark of a deleted one: whoever opens it next removes its files.
  if (((head.header?.options ?? 0) & OPTION_MAILBOX_DELETED) !== 0) {
    faults.push({
      code: 'index-marked-deleted',
      file: indexPath,
      offset: head.version?.header.offsetOf('options') ?? 0,
      expected: 'a mailbox in use',
      actual: 'MAILBOX_DELETED is set',
    });
  }
  const withIndex = { ...base, index, ...(head.minor === undefined ? {} : { minor: head.minor }) };
  if (head.header === undefined || head.version === undefined) return withIndex;

  const { annotations, bytesByUid } = readMessageAnnotations(dirs, head.header, { userid, spelled }, faults, unread);
  const userFlags = header?.userFlags ?? [];
  const flagCrcs = new FlagCrcs(userFlags);
  const known = totalsOfTwin(index, userFlags, twin);
  const totals = known ?? newTotals();
  const faultsBefore = faults.length;
  if (known === undefined) {
    for (const block of index.blocks())
      scanBlock(block, head.version, head.header, flagCrcs, totals, faults, indexPath);
  }
  const recordsAreSound = faults.length === faultsBefore;
  if (totals.records < head.header.numRecords) {
    unread.push(
      `${indexPath}: ${String(totals.records)} of ${String(head.header.numRecords)} records could be read (${String(size)} bytes): the file changed meanwhile`,
    );
  }
  const stream: RecordStream = {
    version: head.version,
    userFlags,
    flagCrcs,
    annotations,
    blocks: () => index.blocks(),
  };
  const computed = computedCrcs(stream, totals);
  const unreadBefore = unread.length;
  const mailboxAnnotations = readMailboxAnnotations(side, mbentry, { userid, spelled }, faults, unread);
  const ofMessages = recordsAreSound
    ? checkAnnotatedUids(stream, bytesByUid, dirs.metaOf('annotations'), faults)
    : undefined;
  const isKnown = ofMessages !== undefined && unread.length === unreadBefore && side.annotations.isDamaged !== true;
  const annotationBytes = isKnown ? ofMessages + sumOfLengths(mailboxAnnotations) : undefined;
  checkTotals(head.header, head.version, totals, computed, annotationBytes, indexPath, faults);
  if (headerRead.bytes !== undefined) checkHeaderCrc(head.header, headerRead.bytes, indexPath, head.version, faults);
  return {
    ...withIndex,
    indexHeader: head.header,
    version: head.version,
    totals,
    recordsAreSound,
    stream,
    head: toHead(head.header, mbentry, totals, computed, mailboxAnnotations),
  };
}

/** What the records of the other side added up to, when they are the same bytes with the same meaning and sound. */
function totalsOfTwin(
  index: IndexFile,
  userFlags: readonly (string | undefined)[],
  twin: ReadMailbox | undefined,
): RecordTotals | undefined {
  const { header, version } = index.head;
  const other = twin?.index?.head.header;
  if (twin?.totals === undefined || twin.recordsAreSound !== true || header === undefined || other === undefined)
    return undefined;
  const isSameMeaning =
    version === twin.version &&
    header.numRecords === other.numRecords &&
    header.lastUid === other.lastUid &&
    header.highestmodseq === other.highestmodseq &&
    userFlags.length === twin.stream?.userFlags.length &&
    userFlags.every((name, flag) => name === twin.stream?.userFlags[flag]);
  if (!isSameMeaning) return undefined;
  const end = header.startOffset + header.numRecords * header.recordSize;
  const mine = index.bytes?.subarray(header.startOffset, end);
  const theirs = twin.index?.bytes?.subarray(header.startOffset, end);
  return mine !== undefined && theirs?.equals(mine) === true ? { ...twin.totals } : undefined;
}

function isDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function toHead(
  header: IndexHeader,
  mbentry: Mbentry,
  totals: RecordTotals,
  computed: ComputedCrcs,
  annotations: ReadonlyMap<string, string>,
): MailboxHead {
  return {
    lastUid: header.lastUid,
    highestmodseq: header.highestmodseq,
    deletedmodseq: header.deletedmodseq,
    uidvalidity: header.uidvalidity,
    recentuid: header.recentuid,
    recenttime: header.recenttime,
    pop3LastLogin: header.pop3LastLogin,
    pop3ShowAfter: header.pop3ShowAfter,
    options: header.options & SYNCED_OPTIONS,
    foldermodseq: mbentry.foldermodseq ?? 0,
    createdmodseq: header.createdmodseq,
    acl: aclText(mbentry.acl),
    mbtypeKind: mbentry.mbtype.kind,
    annotations,
    storedCrcs: { basic: header.syncCrcBasic, annot: header.syncCrcAnnot },
    computedCrcs: computed.accepted,
    maxUid: totals.maxUid,
    maxModseq: totals.maxModseq,
  };
}

/** `identifier TAB rights TAB ...`, as Cyrus compares it. */
export function aclText(acl: readonly AclEntry[]): string {
  return acl.map(({ identifier, rights }) => `${identifier}\t${rights}\t`).join('');
}

export interface ComputedCrcs {
  readonly accepted: SyncCrcs;
  /** Other spellings under which a release may have stored the annotation CRC. */
  readonly annotSpellings: readonly number[];
}

/** The sync CRCs from the records, and the spellings of the annotation CRC that releases differ in (index.md section 9). */
export function computedCrcs(
  stream: Pick<RecordStream, 'version' | 'annotations' | 'blocks'>,
  totals: RecordTotals,
): ComputedCrcs {
  let real = 0;
  if (stream.annotations.crcByUid.size > 0) {
    const o = recordOffsets(stream.version);
    for (const { view, count } of stream.blocks()) {
      for (let i = 0, base = 0; i < count; i++, base += o.size) {
        if ((view.getUint32(base + o.systemFlags) & FLAG_EXPUNGED) !== 0) continue;
        real ^= stream.annotations.crcByUid.get(view.getUint32(base + o.uid)) ?? 0;
      }
    }
  }
  const hasBasicCrc = stream.version.header.offsetOf('syncCrcBasic') >= 0;
  const hasAnnotCrc = stream.version.header.offsetOf('syncCrcAnnot') >= 0;
  const spell = (init: number, virtual: number): number => (init ^ virtual ^ real) >>> 0;
  const annotSpellings = [spell(ANNOT_CRC_INIT, totals.crcAnnot), spell(ANNOT_CRC_INIT, totals.crcAnnotPadded)];
  // Only 3.13 and later write version 20, and they pad the thread id.
  if (stream.version.minor >= 20) annotSpellings.reverse();
  if (stream.version.minor <= 13) annotSpellings.push(spell(0, totals.crcAnnot), spell(0, totals.crcAnnotPadded));
  return {
    accepted: { basic: hasBasicCrc ? totals.crcBasic >>> 0 : 0, annot: hasAnnotCrc ? annotSpellings[0]! : 0 },
    annotSpellings: hasAnnotCrc ? annotSpellings : [],
  };
}

export function checkTotals(
  header: IndexHeader,
  version: IndexVersion,
  totals: RecordTotals,
  computed: ComputedCrcs,
  /** Of the mailbox and of its live messages; undefined = not known. */
  annotationBytes: number | undefined,
  file: string,
  faults: FormatFault[],
): void {
  // Counters over records that cannot be trusted say nothing.
  if (totals.badRecords > 0 || totals.records < header.numRecords) return;
  const at = version.header.offsetOf;
  const check = (name: 'exists' | 'answered' | 'flagged' | 'deleted' | 'unseen', counted: number): void => {
    if (at(name) >= 0 && header[name] !== counted) {
      faults.push({
        code: 'index-counter',
        file,
        offset: at(name),
        expected: `${name} ${String(counted)}`,
        actual: String(header[name]),
      });
    }
  };
  check('exists', totals.exists);
  check('answered', totals.answered);
  check('flagged', totals.flagged);
  check('deleted', totals.deleted);
  check('unseen', totals.unseen);
  const checkBytes = (
    field: 'quotaMailboxUsed' | 'quotaDeletedUsed' | 'quotaExpungedUsed' | 'quotaAnnotUsed',
    name: string,
    summed: number | undefined,
  ): void => {
    if (summed === undefined || at(field) < 0 || header[field] === summed) return;
    const offset = at(field);
    faults.push({
      code: 'index-counter',
      file,
      offset,
      expected: `${name} ${String(summed)}`,
      actual: String(header[field]),
    });
  };
  checkBytes('quotaMailboxUsed', 'quota_mailbox_used', totals.quotaUsed);
  checkBytes('quotaDeletedUsed', 'quota_deleted_used', totals.quotaDeleted);
  checkBytes('quotaExpungedUsed', 'quota_expunged_used', totals.quotaExpunged);
  checkBytes('quotaAnnotUsed', 'quota_annot_used', annotationBytes);
  if (at('syncCrcBasic') >= 0 && header.syncCrcBasic !== computed.accepted.basic) {
    faults.push({
      code: 'index-sync-crc-basic',
      file,
      offset: at('syncCrcBasic'),
      expected: hex32(computed.accepted.basic),
      actual: hex32(header.syncCrcBasic),
    });
  }
  if (computed.annotSpellings.length > 0 && !computed.annotSpellings.includes(header.syncCrcAnnot)) {
    faults.push({
      code: 'index-sync-crc-annot',
      file,
      offset: at('syncCrcAnnot'),
      expected: hex32(computed.accepted.annot),
      actual: hex32(header.syncCrcAnnot),
    });
  }
}

function checkHeaderCrc(
  header: IndexHeader,
  bytes: Buffer,
  file: string,
  version: IndexVersion,
  faults: FormatFault[],
): void {
  const computed = crc32(bytes);
  if (header.headerFileCrc !== 0 && header.headerFileCrc !== computed) {
    faults.push({
      code: 'header-file-crc',
      file,
      offset: version.header.offsetOf('headerFileCrc'),
      expected: hex32(computed),
      actual: hex32(header.headerFileCrc),
    });
  }
}

/** Who owns a mailbox, and the name under which his annotations are given. */
interface Owner {
  readonly userid: string | undefined;
  /** undefined = his own. */
  readonly spelled?: string | undefined;
}

/** The owner of an annotation, as its CRC is made of it. */
const storedOwner = (owner: string, { userid }: Owner): string => (owner === OWNER_TOKEN ? (userid ?? '') : owner);

/** The same, as the other side spells it. */
const spelledOwner = (owner: string, { userid, spelled }: Owner): string =>
  spelled !== undefined && owner === userid ? spelled : owner;

interface ReadAnnotations {
  readonly annotations: MessageAnnotations;
  /** Bytes of all values of a UID, virtual ones and those of all users included; tombstones have none. */
  readonly bytesByUid: ReadonlyMap<number, number>;
}

const NOTHING_ANNOTATED: ReadAnnotations = { annotations: NO_ANNOTATIONS, bytesByUid: new Map() };

/**
 * Finds annotations of UIDs that have no record.
 * @returns bytes of the annotations of live messages
 */
function checkAnnotatedUids(
  { version, blocks }: RecordStream,
  bytesByUid: ReadonlyMap<number, number>,
  file: string,
  faults: FormatFault[],
): number {
  if (bytesByUid.size === 0) return 0;
  const o = recordOffsets(version);
  const left = new Set(bytesByUid.keys());
  let bytes = 0;
  for (const { view, count } of blocks()) {
    for (let i = 0, base = 0; i < count; i++, base += o.size) {
      const uid = view.getUint32(base + o.uid);
      if (left.delete(uid) && (view.getUint32(base + o.systemFlags) & FLAG_EXPUNGED) === 0)
        bytes += bytesByUid.get(uid)!;
    }
  }
  for (const uid of left)
    faults.push({ code: 'annotation-without-record', file, uid, expected: 'a record of this UID', actual: 'none' });
  return bytes;
}

/** Values are kept as Latin-1: a character is a byte. */
export function sumOfLengths(annotations: ReadonlyMap<string, string>): number {
  let sum = 0;
  for (const value of annotations.values()) sum += value.length;
  return sum;
}

/** Message annotations that replication carries: no tombstones, no empty values, no virtual ones. */
export function readMessageAnnotations(
  dirs: MailboxDirs,
  { minorVersion: minor, highestmodseq }: IndexHeader,
  mailboxOwner: Owner,
  faults: FormatFault[],
  unread: string[],
): ReadAnnotations {
  const opened = openSmallDatabase(dirs.metaOf('annotations'));
  try {
    if (opened.failure?.missing === true) return NOTHING_ANNOTATED;
    if (opened.failure !== undefined) unread.push(opened.failure.reason);
    const undecoded = whyNotDecoded(opened);
    if (undecoded !== undefined) unread.push(undecoded);
    // An empty file is a database that was created and not yet written.
    if (opened.db === undefined) {
      faults.push(...opened.faults.filter(({ code }) => code !== 'file-empty'));
      return NOTHING_ANNOTATED;
    }
    opened.db.verify();
    if (opened.db.count === 0 && opened.faults.length === 0) return NOTHING_ANNOTATED;
    const bytesByUid = new Map<number, number>();
    const byUid = new Map<number, Map<string, string>>();
    const crcByUid = new Map<number, number>();
    const fieldsByUid = new Map<number, LaterFields>();
    let size = 0;
    for (const row of opened.db.rows()) {
      const key = parseMessageAnnotationKey(row.key, opened.path);
      const value = parseAnnotationValue(row.value, opened.path);
      faults.push(...key.faults, ...value.faults);
      if (key.value === undefined || value.value === undefined) continue;
      const { uid, entry } = key.value;
      bytesByUid.set(uid, (bytesByUid.get(uid) ?? 0) + value.value.value.length);
      // Before version 8 an index has no modseqs.
      if (minor >= 8 && value.value.modseq > highestmodseq) {
        const expected = `a modseq of at most ${String(highestmodseq)}`;
        faults.push({
          code: 'annotation-modseq',
          file: opened.path,
          uid,
          expected,
          actual: String(value.value.modseq),
        });
      }
      if (value.value.deleted || value.value.value.length === 0 || isVirtualAnnotation(entry, minor)) continue;
      const owner = storedOwner(key.value.userid, mailboxOwner);
      crcByUid.set(uid, (crcByUid.get(uid) ?? 0) ^ annotationTerm(uid, entry, owner, value.value.value));
      // Older versions keep as annotations what newer ones keep in the record: no difference in meaning.
      if (isVirtualAnnotation(entry, 20)) {
        const field = laterField(entry, value.value.value);
        if (field === undefined) continue;
        fieldsByUid.set(uid, { ...fieldsByUid.get(uid), ...field });
        continue;
      }
      size += row.key.length + row.value.length;
      if (size > MAX_ANNOTATION_BYTES) {
        unread.push(`${opened.path}: more than ${String(MAX_ANNOTATION_BYTES)} bytes of message annotations`);
        break;
      }
      let ofUid = byUid.get(uid);
      if (ofUid === undefined) byUid.set(uid, (ofUid = new Map<string, string>()));
      ofUid.set(`${entry} ${spelledOwner(owner, mailboxOwner)}`, value.value.value.toString('latin1'));
    }
    faults.push(...opened.faults);
    return { annotations: { byUid, crcByUid, fieldsByUid }, bytesByUid };
  } finally {
    opened.close();
  }
}

/**
 * Mailbox annotations from the global database, whose rows go by name before 3.6: `entry userid` to value. None when the
 * database is damaged.
 */
export function readMailboxAnnotations(
  side: Side,
  mbentry: Mbentry,
  mailboxOwner: Owner,
  faults: FormatFault[],
  unread: string[],
): ReadonlyMap<string, string> {
  const { db, path, isDamaged } = side.annotations;
  const values = new Map<string, string>();
  const mailbox = isOlderEntry(mbentry) ? mbentry.mboxname : mbentry.uniqueid;
  if (db === undefined || isDamaged === true || db.count === 0 || mailbox === undefined) return values;
  const before = db.faults.length;
  for (const row of rowsWithPrefix(db, Buffer.from(`${mailbox}\0`))) {
    const key = parseGlobalAnnotationKey(row.key, path);
    const value = parseAnnotationValue(row.value, path);
    faults.push(...key.faults, ...value.faults);
    if (key.value === undefined || value.value === undefined) continue;
    if (value.value.deleted || value.value.value.length === 0) continue;
    const owner = storedOwner(key.value.userid, mailboxOwner);
    values.set(`${key.value.entry} ${spelledOwner(owner, mailboxOwner)}`, value.value.value.toString('latin1'));
  }
  if (db.faults.length > before) unread.push(`${path}: damaged where the annotations of ${mbentry.mboxname} are`);
  return values;
}
