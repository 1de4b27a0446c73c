import { NO_ANNOTATIONS, type LaterFields, type MessageAnnotations } from '../compare/join-records.js';
import {
  OWNER_TOKEN,
  parseAnnotationValue,
  parseGlobalAnnotationKey,
  parseMessageAnnotationKey,
} from '../formats/annotations/annotation-row.js';
import { rowsWithPrefix } from '../formats/cyrusdb/cyrusdb.js';
import type { IndexRecords } from '../formats/index/record-cursor.js';
import { recordOffsets } from '../formats/index/scan-records.js';
import { annotationTerm, isVirtualAnnotation, laterField } from '../formats/index/sync-crc.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_EXPUNGED, type IndexHeader } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { isOlderEntry } from '../sources/spool/locate-mailbox.js';
import { openSmallDatabase, whyNotDecoded } from '../sources/spool/open-database.js';
import type { Side } from '../sources/spool/open-side.js';
import type { MailboxDirs } from '../sources/spool/paths.js';

/** Annotations of one mailbox that are held in memory; more leave the mailbox unaudited. */
const MAX_ANNOTATION_BYTES = 64 * 1024 * 1024;

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
export function checkAnnotatedUids(
  { version, blocks }: IndexRecords,
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
