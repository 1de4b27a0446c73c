import { crc32 } from 'node:zlib';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../../src/formats/index/versions/index-version.js';
import { FLAG_EXPUNGED, FLAG_UNLINKED, SYSTEM_FLAG_NAMES } from '../../../src/model/index-file.js';
import { encode, encodeInto, type FieldValues } from '../build-index.js';

const NS = 1_000_000_000n;

/** Fields of one record by the names of the version's table; those not named are 0. */
export type RecordValues = FieldValues & { readonly uid: number };

export interface IndexContent {
  readonly version: IndexVersion | number;
  /** Wins over what is derived from the records. */
  readonly header?: FieldValues;
  readonly records: Iterable<RecordValues>;
  /** Names by user flag number. */
  readonly userFlags?: readonly (string | undefined)[];
}

/** A cyrus.index in which everything agrees: counters, last UID, modseqs, both sync CRCs and every checksum. */
export function encodeIndex(content: IndexContent): Buffer {
  const parts = [...indexParts(content)].map(({ bytes }) => bytes);
  return Buffer.concat([parts.pop()!, ...parts]);
}

const RECORDS_PER_PART = 512;

/** The same for more records than memory holds, as parts at their offsets; last comes the header, which sums them up. */
export function* indexParts({
  version,
  header = {},
  records,
  userFlags = [],
}: IndexContent): Generator<{ readonly offset: number; readonly bytes: Buffer }> {
  const table = typeof version === 'number' ? INDEX_VERSIONS.get(version)! : version;
  const { size } = table.record;
  const sums = new RecordSums(table, userFlags);
  let offset = table.header.size;
  let bytes = Buffer.alloc(RECORDS_PER_PART * size);
  let filled = 0;
  for (const record of records) {
    sums.add(record);
    encodeInto(bytes, filled, table.record, record);
    filled += size;
    if (filled < bytes.length) continue;
    yield { offset, bytes };
    offset += filled;
    bytes = Buffer.alloc(RECORDS_PER_PART * size);
    filled = 0;
  }
  yield { offset, bytes: bytes.subarray(0, filled) };
  yield { offset: 0, bytes: encode(table.header, { ...sums.header(), ...header }) };
}

const SEEN = bitOf('\\Seen');
const ANSWERED = bitOf('\\Answered');
const FLAGGED = bitOf('\\Flagged');
const DELETED = bitOf('\\Deleted');

/** What a header says of its records. */
class RecordSums {
  private readonly crcs: SyncCrcs;
  private records = 0;
  private exists = 0;
  private seen = 0;
  private answered = 0;
  private flagged = 0;
  private deleted = 0;
  private quotaMailboxUsed = 0;
  private quotaDeletedUsed = 0;
  private quotaExpungedUsed = 0;
  private lastUid = 0;
  private highestmodseq = 1;

  constructor(
    private readonly table: IndexVersion,
    userFlags: readonly (string | undefined)[],
  ) {
    this.crcs = new SyncCrcs(table, userFlags);
  }

  add(record: RecordValues): void {
    const flags = number(record, 'systemFlags');
    const size = number(record, 'size');
    this.crcs.add(record);
    this.records++;
    this.lastUid = Math.max(this.lastUid, record.uid);
    this.highestmodseq = Math.max(this.highestmodseq, number(record, 'modseq'));
    if (isExpunged(record)) {
      if ((flags & FLAG_UNLINKED) === 0) this.quotaExpungedUsed += size;
      return;
    }
    this.exists++;
    this.quotaMailboxUsed += size;
    if ((flags & SEEN) !== 0) this.seen++;
    if ((flags & ANSWERED) !== 0) this.answered++;
    if ((flags & FLAGGED) !== 0) this.flagged++;
    if ((flags & DELETED) === 0) return;
    this.deleted++;
    this.quotaDeletedUsed += size;
  }

  header(): FieldValues {
    const { exists, answered, flagged, deleted, lastUid, highestmodseq } = this;
    const { quotaMailboxUsed, quotaDeletedUsed, quotaExpungedUsed } = this;
    return {
      minorVersion: this.table.minor,
      startOffset: this.table.header.size,
      recordSize: this.table.record.size,
      numRecords: this.records,
      exists,
      answered,
      flagged,
      deleted,
      unseen: exists - this.seen,
      quotaMailboxUsed,
      quotaDeletedUsed,
      quotaExpungedUsed,
      lastUid,
      highestmodseq,
      uidvalidity: 1,
      ...this.crcs.values(),
    };
  }
}

interface SyncCrcValues {
  readonly syncCrcBasic: number;
  readonly syncCrcAnnot: number;
}

/**
 * Both sync CRCs as index.md section 9 words them: text, and zlib's CRC of it. Nothing of the reader is in it, so that
 * it is an oracle for src/formats/index/sync-crc.ts. Thread ids are spelled as the release does that writes the version
 * by default, or padded when told so.
 */
export function syncCrcs(
  version: IndexVersion,
  records: Iterable<RecordValues>,
  userFlags: readonly (string | undefined)[] = [],
  padded = version.minor >= 20,
): SyncCrcValues {
  const crcs = new SyncCrcs(version, userFlags, padded);
  for (const record of records) crcs.add(record);
  return crcs.values();
}

class SyncCrcs {
  private basic = 0;
  private annot = 12345678;
  private readonly hasCid: boolean;
  private readonly hasSavedate: boolean;
  private readonly hasCreatedmodseq: boolean;
  private readonly hasBasecid: boolean;

  constructor(
    { record, minor }: IndexVersion,
    private readonly userFlags: readonly (string | undefined)[],
    private readonly padded = minor >= 20,
  ) {
    const has = (field: string): boolean => record.offsetOf(field) >= 0;
    this.hasCid = has('cid');
    this.hasSavedate = has('savedate');
    this.hasCreatedmodseq = has('createdmodseq');
    this.hasBasecid = has('basecid');
  }

  add(record: RecordValues): void {
    if (isExpunged(record)) return;
    const { uid } = record;
    let flags = 0;
    for (const name of flagNames(record, this.userFlags)) flags ^= crcOfFlag(name);
    const guid = record['guid'];
    this.basic ^= crc32(
      `${uid} ${number(record, 'modseq')} ${seconds(record, 'lastUpdated')} (${flags >>> 0}) ` +
        `${seconds(record, 'internaldate')} ${Buffer.isBuffer(guid) ? guid.toString('hex') : '0'.repeat(40)}`,
    );
    if (this.hasCid) this.addVirtual(uid, 'thrid', hex(record, 'cid', this.padded));
    if (this.hasSavedate) this.addVirtual(uid, 'savedate', String(seconds(record, 'savedate')));
    if (this.hasCreatedmodseq) this.addVirtual(uid, 'createdmodseq', String(scalar(record, 'createdmodseq')));
    if (!this.hasBasecid) return;
    this.addVirtual(uid, 'basethrid', hex(record, 'basecid', true));
    const date = scalar(record, 'internaldate');
    this.addVirtual(uid, 'internaldate.nsec', typeof date === 'bigint' ? String(date % NS) : '0');
  }

  private addVirtual(uid: number, entry: string, value: string): void {
    if (value !== '0') this.annot ^= crc32(`${uid} /vendor/cmu/cyrus-imapd/${entry}  ${value}`);
  }

  values(): SyncCrcValues {
    return { syncCrcBasic: this.basic >>> 0, syncCrcAnnot: this.annot >>> 0 };
  }
}

const flagCrcs = new Map<string, number>();

function crcOfFlag(name: string): number {
  const crc = flagCrcs.get(name) ?? crc32(name.toLowerCase());
  flagCrcs.set(name, crc);
  return crc;
}

function hex(record: RecordValues, name: string, padded: boolean): string {
  const digits = scalar(record, name).toString(16);
  return padded && digits !== '0' ? digits.padStart(16, '0') : digits;
}

function flagNames(record: RecordValues, userFlags: readonly (string | undefined)[]): string[] {
  const system = number(record, 'systemFlags');
  const names = SYSTEM_FLAG_NAMES.filter(([bit]) => (system & bit) !== 0).map(([, name]) => name);
  const words = record['userFlags'];
  if (Array.isArray(words)) {
    for (const [flag, name] of userFlags.entries()) {
      if (name !== undefined && ((words[flag >>> 5] as number) >>> (flag & 31)) & 1) names.push(name);
    }
  }
  return names;
}

function bitOf(name: string): number {
  return SYSTEM_FLAG_NAMES.find(([, known]) => known === name)![0];
}

const isExpunged = (record: RecordValues): boolean => (number(record, 'systemFlags') & FLAG_EXPUNGED) !== 0;

/** A time in whole seconds: a bigint is nanoseconds, as version 20 stores them. */
function seconds(record: RecordValues, name: string): number {
  const value = scalar(record, name);
  return typeof value === 'bigint' ? Number(value / NS) : value;
}

const number = (record: RecordValues, name: string): number => Number(scalar(record, name));

function scalar(record: RecordValues, name: string): number | bigint {
  const value = record[name];
  return typeof value === 'number' || typeof value === 'bigint' ? value : 0;
}
