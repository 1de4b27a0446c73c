import { decodeName } from '../../bytes/text.js';
import type { Decoded, FormatFault } from '../../model/fault.js';

/** Stands for the owner of the mailbox in userid, 3.6+. Source: imap/annotate.c OWNER_USERID_TOKEN, 3.6.7. */
export const OWNER_TOKEN = '[.OwNeR.]';

/** Key of a mailbox's cyrus.annotations. */
export interface MessageAnnotationKey {
  readonly uid: number;
  /** `/comment`, `/vendor/...`. */
  readonly entry: string;
  /** Empty = shared; `OWNER_TOKEN` = the owner's private one. */
  readonly userid: string;
}

/** Key of annotations.db. */
export interface GlobalAnnotationKey {
  /** uniqueid (3.6+) or internal mailbox name (before); empty = an annotation of the server. */
  readonly mailbox: string;
  readonly entry: string;
  readonly userid: string;
}

export interface AnnotationValue {
  readonly value: Buffer;
  /** Usually `text/plain`; undefined in a record that ends before it. */
  readonly contentType?: string;
  /** 0 in records of releases before 3.2 and in those of mailboxes and servers. Exact below 2^53. */
  readonly modseq: number;
  /** true = tombstone of a deleted message annotation, 3.2+. */
  readonly deleted: boolean;
}

/** ANNOTATE_FLAG_DELETED, imap/annotate.h 3.6.7. */
const FLAG_DELETED = 1;

/** Source: split_key, imap/annotate.c 3.6.1; mailbox-files.md section 4. */
export function parseMessageAnnotationKey(key: Buffer, file: string): Decoded<MessageAnnotationKey> {
  const fields = splitKey(key);
  if (fields === undefined) return { faults: [keyFault(key, file)] };
  const [uid, entry, userid] = fields;
  if (!/^\d{1,10}$/.test(uid) || Number(uid) === 0 || Number(uid) > 0xffffffff)
    return { faults: [keyFault(key, file)] };
  return { value: { uid: Number(uid), entry, userid }, faults: [] };
}

export function parseGlobalAnnotationKey(key: Buffer, file: string): Decoded<GlobalAnnotationKey> {
  const fields = splitKey(key);
  if (fields === undefined) return { faults: [keyFault(key, file)] };
  const [mailbox, entry, userid] = fields;
  return { value: { mailbox, entry, userid }, faults: [] };
}

/** Three fields that each end in NUL; some releases left out the last NUL of an empty userid. */
function splitKey(key: Buffer): [string, string, string] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (let end = key.indexOf(0, at); end >= 0; end = key.indexOf(0, at)) {
    fields.push(decodeName(key.subarray(at, end)));
    at = end + 1;
  }
  if (at < key.length) fields.push(decodeName(key.subarray(at)));
  const [first, entry, userid = '', more] = fields;
  return first === undefined || entry?.startsWith('/') !== true || more !== undefined
    ? undefined
    : [first, entry, userid];
}

function keyFault(key: Buffer, file: string): FormatFault {
  const actual = JSON.stringify(key.subarray(0, 80).toString('latin1'));
  return { code: 'annotation-syntax', file, expected: 'a key of three fields', actual };
}

/**
 * Length, value, NUL, content type, NUL, time, modseq, flags: a record may end after any of them, as releases have
 * added fields at the end. A value after which the rest is damaged is returned with the fault.
 * Length and time are a C `unsigned long`: 8 bytes, of which a big-endian host fills the last 4 and a little-endian
 * one the first 4, or 4 bytes on a 32-bit host. Source: make_entry and split_attribs, imap/annotate.c 3.6.1.
 */
export function parseAnnotationValue(bytes: Buffer, file: string): Decoded<AnnotationValue> {
  const fault = (expected: string): FormatFault => ({
    code: 'annotation-syntax',
    file,
    expected,
    actual: `${String(bytes.length)} bytes: ${bytes.subarray(0, 24).toString('hex')}`,
  });
  const head = readHead(bytes);
  if (head === undefined) return { faults: [fault('a length inside the record')] };

  const value = bytes.subarray(head.size, head.size + head.length);
  let at = head.size + head.length;
  if (at === bytes.length) return { value: { value, modseq: 0, deleted: false }, faults: [] };
  at += 1; // the NUL, which readHead has seen
  const typeEnd = bytes.indexOf(0, at);
  if (typeEnd < 0) {
    const faults = at === bytes.length ? [] : [fault('a content type that ends in NUL')];
    return { value: { value, modseq: 0, deleted: false }, faults };
  }
  const contentType = decodeName(bytes.subarray(at, typeEnd));
  at = typeEnd + 1 + head.size;
  const left = bytes.length - at;
  // Less than the time: only a release that is older than any described here ends there.
  const whole = left === 0 || left === 8 || left === 9 || at - head.size === bytes.length;
  const modseq = left >= 8 ? Number(bytes.readBigUInt64BE(at)) : 0;
  const deleted = left >= 9 && (bytes[at + 8]! & FLAG_DELETED) !== 0;
  return {
    value: { value: deleted ? Buffer.alloc(0) : value, contentType, modseq, deleted },
    faults: whole ? [] : [fault('a record that ends after time, modseq or flags')],
  };
}

/** The size of a long and the value's length, from whichever spelling puts a NUL (or the end) behind the value. */
function readHead(bytes: Buffer): { size: number; length: number } | undefined {
  const fits = (size: number, length: number): boolean =>
    size + length <= bytes.length && (size + length === bytes.length || bytes[size + length] === 0);
  if (bytes.length >= 8) {
    const high = bytes.readUInt32BE(0);
    const low = bytes.readUInt32BE(4);
    if (low === 0 && fits(8, high)) return { size: 8, length: high };
    if (high === 0 && low !== 0 && fits(8, low)) return { size: 8, length: low };
  }
  if (bytes.length >= 4) {
    const length = bytes.readUInt32BE(0);
    // A damaged record of a 64-bit host can look like this too, so nothing but a whole record of today will do.
    if (fits(4, length) && endsWholeAfter(bytes, 4 + length + 1, 4)) return { size: 4, length };
  }
  return undefined;
}

/** Content type, time and either nothing, a modseq, or a modseq and flags. */
function endsWholeAfter(bytes: Buffer, typeAt: number, longSize: number): boolean {
  const typeEnd = bytes.indexOf(0, typeAt);
  return typeEnd > typeAt && [0, 8, 9].includes(bytes.length - (typeEnd + 1 + longSize));
}
