import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from '../bytes/crc32.js';
import type { RecordStream } from '../compare/join-records.js';
import { hex32 } from '../formats/index/read-header.js';
import type { IndexRecords } from '../formats/index/record-cursor.js';
import { scanBlock } from '../formats/index/kernel/scan-block.js';
import { FlagCrcs, newTotals, type RecordTotals } from '../formats/index/scan-records.js';
import type { IndexVersion } from '../formats/index/versions/index-version.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { FaultCode, FormatFault } from '../model/fault.js';
import { OPTION_MAILBOX_DELETED, SYNCED_OPTIONS, type IndexHeader } from '../model/index-file.js';
import type { AclEntry, MailboxHeader, Mbentry } from '../model/mailbox.js';
import type { MailboxHead } from '../model/record-pair.js';
import { readSmallFile } from '../sources/read-only-file.js';
import type { ServerAccess } from '../sources/server-access.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import { mailboxAccess } from './check-access.js';
import { checkTotals, computedCrcs, type ComputedCrcs } from './check-totals.js';
import {
  checkAnnotatedUids,
  readMailboxAnnotations,
  readMessageAnnotations,
  sumOfLengths,
} from './read-annotations.js';

/** One side of one mailbox, read from disk. Close it: it holds the index open. */
export interface ReadMailbox {
  readonly mbentry: Mbentry;
  readonly dirs?: MailboxDirs;
  readonly access?: ServerAccess | undefined;
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
  readonly access?: ServerAccess | undefined;
  readonly stream?: IndexRecords;
  readonly indexHeader?: IndexHeader;
  readonly totals?: Pick<RecordTotals, 'records'>;
  readonly recordsAreSound?: boolean;
}

/** cyrus.header of a mailbox with a long ACL and 128 flag names is a few kilobytes. */
const MAX_HEADER_BYTES = 1024 * 1024;

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
  'no-access',
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
  const { access } = side;
  if (access !== undefined) faults.push(...mailboxAccess(access, dirs));
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
    access,
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
