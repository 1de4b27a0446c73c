import { crc32 } from 'node:zlib';
import { INDEX_VERSIONS } from '../../../src/formats/index/versions/all.js';
import type { IndexVersion } from '../../../src/formats/index/versions/index-version.js';
import { FLAG_EXPUNGED, FLAG_UNLINKED, SYSTEM_FLAG_NAMES } from '../../../src/model/index-file.js';
import { encode, type FieldValues } from '../build-index.js';

const NS = 1_000_000_000n;

/** Fields of one record by the names of the version's table; those not named are 0. */
export type RecordValues = FieldValues & { readonly uid: number };

export interface IndexContent {
  readonly version: IndexVersion | number;
  /** Wins over what is derived from the records. */
  readonly header?: FieldValues;
  readonly records: readonly RecordValues[];
  /** Names by user flag number. */
  readonly userFlags?: readonly (string | undefined)[];
}

/** A cyrus.index in which everything agrees: counters, last UID, modseqs, both sync CRCs and every checksum. */
export function encodeIndex({ version, header = {}, records, userFlags = [] }: IndexContent): Buffer {
  const table = typeof version === 'number' ? INDEX_VERSIONS.get(version)! : version;
  const live = records.filter((record) => !isExpunged(record));
  const withFlag = (bit: number): number => live.filter((record) => (number(record, 'systemFlags') & bit) !== 0).length;
  const highest = (name: string): number => records.reduce((max, record) => Math.max(max, number(record, name)), 0);
  const seen = bitOf('\\Seen');
  const derived: FieldValues = {
    minorVersion: table.minor,
    startOffset: table.header.size,
    recordSize: table.record.size,
    numRecords: records.length,
    exists: live.length,
    answered: withFlag(bitOf('\\Answered')),
    flagged: withFlag(bitOf('\\Flagged')),
    deleted: withFlag(bitOf('\\Deleted')),
    unseen: live.length - withFlag(seen),
    quotaMailboxUsed: sizeOf(live),
    quotaDeletedUsed: sizeOf(live.filter((record) => (number(record, 'systemFlags') & bitOf('\\Deleted')) !== 0)),
    quotaExpungedUsed: sizeOf(records.filter((record) => isExpunged(record) && !isUnlinked(record))),
    lastUid: highest('uid'),
    highestmodseq: Math.max(1, highest('modseq')),
    uidvalidity: 1,
    ...syncCrcs(table, records, userFlags),
  };
  return Buffer.concat([
    encode(table.header, { ...derived, ...header }),
    ...records.map((record) => encode(table.record, record)),
  ]);
}

/**
 * Both sync CRCs as index.md section 9 words them: text, and zlib's CRC of it. Nothing of the reader is in it, so that
 * it is an oracle for src/formats/index/sync-crc.ts. Thread ids are spelled as the release does that writes the version
 * by default, or padded when told so.
 */
export function syncCrcs(
  version: IndexVersion,
  records: readonly RecordValues[],
  userFlags: readonly (string | undefined)[] = [],
  padded = version.minor >= 20,
): { readonly syncCrcBasic: number; readonly syncCrcAnnot: number } {
  let basic = 0;
  let annot = 12345678;
  const has = (field: string): boolean => version.record.offsetOf(field) >= 0;
  for (const record of records) {
    if (isExpunged(record)) continue;
    const { uid } = record;
    let flags = 0;
    for (const name of flagNames(record, userFlags)) flags ^= crc32(name.toLowerCase());
    const guid = record['guid'];
    const text =
      `${uid} ${number(record, 'modseq')} ${seconds(record, 'lastUpdated')} (${flags >>> 0}) ` +
      `${seconds(record, 'internaldate')} ${Buffer.isBuffer(guid) ? guid.toString('hex') : '0'.repeat(40)}`;
    basic ^= crc32(text);
    const virtual = (entry: string, value: string): void => {
      if (value !== '0') annot ^= crc32(`${uid} /vendor/cmu/cyrus-imapd/${entry}  ${value}`);
    };
    const hex = (name: string): string => BigInt(scalar(record, name)).toString(16);
    if (has('cid')) virtual('thrid', padded && hex('cid') !== '0' ? hex('cid').padStart(16, '0') : hex('cid'));
    if (has('savedate')) virtual('savedate', String(seconds(record, 'savedate')));
    if (has('createdmodseq')) virtual('createdmodseq', String(scalar(record, 'createdmodseq')));
    if (has('basecid')) {
      if (hex('basecid') !== '0') virtual('basethrid', hex('basecid').padStart(16, '0'));
      const date = scalar(record, 'internaldate');
      virtual('internaldate.nsec', typeof date === 'bigint' ? String(date % NS) : '0');
    }
  }
  return { syncCrcBasic: basic >>> 0, syncCrcAnnot: annot >>> 0 };
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

const bitOf = (name: string): number => SYSTEM_FLAG_NAMES.find(([, known]) => known === name)![0];

const isUnlinked = (record: RecordValues): boolean => (number(record, 'systemFlags') & FLAG_UNLINKED) !== 0;

const sizeOf = (records: readonly RecordValues[]): number =>
  records.reduce((sum, record) => sum + number(record, 'size'), 0);

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
