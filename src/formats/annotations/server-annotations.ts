import { decodeName } from '../../bytes/text.js';
import { rowsWithPrefix, type CyrusDb } from '../cyrusdb/cyrusdb.js';
import { parseAnnotationValue, parseGlobalAnnotationKey } from './annotation-row.js';

/** More than a server has: some lines of text, set by an administrator, and a few of its users. Unit: bytes. */
const MAX_SERVER_ANNOTATIONS = 1024 * 1024;

/** Annotations without a mailbox: `entry NUL userid` to value, as Latin-1. */
export type ServerAnnotations = ReadonlyMap<string, string>;

/** Deleted and empty values are none. `failed` says why what there is cannot be told. */
export function readServerAnnotations(
  db: CyrusDb,
  path: string,
): { readonly values: ServerAnnotations; readonly failed?: string } {
  const values = new Map<string, string>();
  const failed = (why: string) => ({ values: new Map<string, string>(), failed: `${path}: ${why}` });
  let size = 0;
  const before = db.faults.length;
  for (const row of rowsWithPrefix(db, Buffer.from('\0'))) {
    const key = parseGlobalAnnotationKey(row.key, path).value;
    const value = parseAnnotationValue(row.value, path).value;
    if (key === undefined || value === undefined) return failed('a row that cannot be read');
    size += row.key.length + row.value.length;
    if (size > MAX_SERVER_ANNOTATIONS) return failed('too many annotations of the server');
    if (value.deleted || value.value.length === 0) continue;
    values.set(`${key.entry}\0${key.userid}`, value.value.toString('latin1'));
  }
  return db.faults.length > before ? failed('damaged') : { values };
}

/** Bytes of a file that are looked through at a time. */
const CHUNK = 1024 * 1024;
/** Between key and value: nothing (twoskip), a NUL (twom), or padding and the length of the row (skiplist). */
const MAX_GAP = 8;
/** Compared before a value is read as a whole. */
const START = 64;
const KEY_START = Buffer.from('\0/');

/**
 * Of these annotations of the server those that a database file has a record of, be it a live one or one that was replaced
 * or removed since. Formats that append keep old records until they rewrite the file, and a server's annotation that is
 * removed leaves no tombstone. Source: write_entry, imap/annotate.c 3.6.1; seen in the bytes of its twoskip files.
 * @param read the bytes from an offset on, fewer or none at the end of the file
 */
export function findServerRecords(
  read: (offset: number, length: number) => Buffer,
  wanted: ServerAnnotations,
): ReadonlySet<string> {
  const found = new Set<string>();
  const left = new Map([...wanted].map(([name, value]) => [name, spellings(Buffer.from(value, 'latin1'))]));
  // NULs: before the entry, and behind the userid.
  const longest = Math.max(0, ...[...wanted.keys()].map((name) => Buffer.byteLength(name))) + 2;
  for (let offset = 0; left.size > 0; offset += CHUNK) {
    const bytes = Buffer.from(read(offset, CHUNK + longest));
    if (bytes.length === 0) break;
    for (let at = bytes.indexOf(KEY_START); at >= 0 && at < CHUNK; at = bytes.indexOf(KEY_START, at + 1)) {
      for (const { name, end } of namesAt(bytes, at, longest)) {
        const values = left.get(name);
        if (values?.some((value) => isAt(read, offset + end, value)) !== true) continue;
        found.add(name);
        left.delete(name);
      }
    }
  }
  return found;
}

/** What a key at this place may name. Some releases left out the last NUL of an empty userid. */
function* namesAt(bytes: Buffer, at: number, longest: number): Generator<{ name: string; end: number }> {
  const entryEnd = bytes.indexOf(0, at + 1);
  if (entryEnd < 0 || entryEnd - at >= longest) return;
  const entry = decodeName(bytes.subarray(at + 1, entryEnd));
  yield { name: `${entry}\0`, end: entryEnd + 1 };
  const userEnd = bytes.indexOf(0, entryEnd + 1);
  if (userEnd < 0 || userEnd - at >= longest) return;
  yield { name: `${entry}\0${decodeName(bytes.subarray(entryEnd + 1, userEnd))}`, end: userEnd + 1 };
}

function isAt(read: (offset: number, length: number) => Buffer, offset: number, value: Buffer): boolean {
  const start = value.subarray(0, START);
  const gap = read(offset, MAX_GAP + start.length).indexOf(start);
  return gap >= 0 && read(offset + gap, value.length).equals(value);
}

/** Length, value, NUL, in the bytes of each kind of host: see `parseAnnotationValue`. */
function spellings(value: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  const zero = Buffer.alloc(4);
  return [[length, zero], [zero, length], [length]].map((head) => Buffer.concat([...head, value, Buffer.alloc(1)]));
}
