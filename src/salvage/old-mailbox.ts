import { crc32 } from '../bytes/crc32.js';
import { readMessageAnnotations } from '../audit/read-annotations.js';
import { decodeRecord } from '../formats/index/decode-record.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { ManifestAnnotation, ManifestFlags } from '../generated/manifest.js';
import type { FormatFault } from '../model/fault.js';
import type { IndexRecord } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { systemFlagNames } from '../model/record-pair.js';
import { readSmallFile } from '../sources/read-only-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import type { SalvageSide } from './account.js';
import { baseOf, guidOffsets, type RecordPlace } from './pair-records.js';

/** cyrus.header of a mailbox with a long ACL and 128 flag names is a few kilobytes. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** A mailbox whose records can be read. Close it: it holds the index open. */
export interface IndexedMailbox {
  readonly entry: Mbentry;
  readonly dirs: MailboxDirs;
  readonly index: IndexFile;
  /** By flag number, as users wrote them. */
  readonly flagNames: readonly (string | undefined)[];
  /** Why flags have no names. */
  readonly headerProblem?: string;
}

/** @returns the mailbox, or why it cannot be read */
export function openIndexed({ side }: SalvageSide, entry: Mbentry): IndexedMailbox | string {
  const dirs = locateMailbox(side.layout, entry);
  if (dirs === undefined) return `partition ${entry.partition ?? '(none)'} is not configured`;
  const path = dirs.metaOf('index');
  const { index, failure } = IndexFile.open(path);
  if (index === undefined) return failure.reason;
  const { header, faults } = index.head;
  if (header === undefined || guidOffsets(index) === undefined) {
    index.close();
    return `${path}: ${faults[0]?.code ?? 'an index of a version without GUIDs'}`;
  }
  const read = readSmallFile(dirs.metaOf('header'), MAX_HEADER_BYTES);
  const parsed = read.bytes === undefined ? undefined : parseMailboxHeader(read.bytes, dirs.metaOf('header'));
  const flagNames = parsed?.value?.userFlags;
  if (flagNames !== undefined) return { entry, dirs, index, flagNames };
  const headerProblem = read.failure?.reason ?? `${dirs.metaOf('header')}: ${parsed?.faults[0]?.code ?? 'unreadable'}`;
  return { entry, dirs, index, flagNames: [], headerProblem };
}

export const decodeAt = (place: RecordPlace, { flagNames, index }: IndexedMailbox): IndexRecord =>
  decodeRecord(place.block, place.index, place.offsets, flagNames, index.head.header?.highestmodseq);

/** False when the checksum of a record is wrong. */
export function isSoundRecord(place: RecordPlace): boolean {
  const { crc } = place.offsets;
  const base = baseOf(place);
  return crc < 0 || place.block.view.getUint32(base + crc) === crc32(place.block.bytes, base, base + crc);
}

/** IMAP flags of a record. @param flagNames gives the user flags their capitals back */
export function flagsOf(
  { systemFlags, userFlags }: IndexRecord,
  flagNames: readonly (string | undefined)[],
): ManifestFlags {
  const user = userFlags.map((flag) => flagNames.find((name) => name?.toLowerCase() === flag) ?? flag);
  return { system: systemFlagNames(systemFlags), user };
}

/** Message annotations of a mailbox by UID, those that the server makes of record fields left out. */
export function annotationsOf(
  { dirs, index }: IndexedMailbox,
  userid: string | undefined,
  problems: string[],
): ReadonlyMap<number, readonly ManifestAnnotation[]> {
  const faults: FormatFault[] = [];
  const { annotations } = readMessageAnnotations(dirs, index.head.header!, { userid }, faults, problems);
  for (const { code, file } of faults) problems.push(`${file}: ${code}`);
  const byUid = new Map<number, readonly ManifestAnnotation[]>();
  for (const [uid, values] of annotations.byUid)
    byUid.set(
      uid,
      [...values].map(([key, value]) => {
        const [entry = '', owner = ''] = key.split(' ');
        return { entry, userid: owner, ...valueText(Buffer.from(value, 'latin1')) };
      }),
    );
  return byUid;
}

function valueText(bytes: Buffer): { readonly value: string } | { readonly valueBase64: string } {
  const value = bytes.toString('utf8');
  return Buffer.from(value, 'utf8').equals(bytes) ? { value } : { valueBase64: bytes.toString('base64') };
}
