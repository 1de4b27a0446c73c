/** A field of a list row as `[from, to)` in the bytes it was found in. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The fields that tie a name, a uniqueid and a directory together; missing when the row lacks them. */
export interface ScannedEntry {
  readonly mbtype?: Span;
  readonly uniqueid?: Span;
  readonly partition?: Span;
  readonly dbname?: Span;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const PERCENT = 0x25;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

const T = 0x54;
const I = 0x49;
const P = 0x50;
const N = 0x4e;

/**
 * Finds the top-level fields of an N or I row without decoding it: `%(T e I ... P default ... A %(...))`. undefined for
 * anything but atoms, plain quoted strings and lists of them: such a row is to be decoded. Source: mboxlist.md section 5.
 */
export function scanEntry(bytes: Uint8Array, from: number, to: number): ScannedEntry | undefined {
  if (to - from < 3 || bytes[from] !== PERCENT || bytes[from + 1] !== OPEN || bytes[to - 1] !== CLOSE) return undefined;
  const found: { mbtype?: Span; uniqueid?: Span; partition?: Span; dbname?: Span } = {};
  const end = to - 1;
  let at = from + 2;
  while (at < end) {
    const keyAt = at;
    while (at < end && bytes[at] !== SPACE) at++;
    const key = at - keyAt === 1 ? bytes[keyAt] : 0;
    at++;
    const valueAt = at;
    const valueEnd = skipValue(bytes, at, end);
    if (valueEnd < 0 || valueEnd === valueAt) return undefined;
    const quoted = bytes[valueAt] === QUOTE ? 1 : 0;
    const span = { from: valueAt + quoted, to: valueEnd - quoted };
    // Of a key that stands twice the first one counts, as in the decoder.
    if (key === T) found.mbtype ??= span;
    else if (key === I) found.uniqueid ??= span;
    else if (key === P) found.partition ??= span;
    else if (key === N) found.dbname ??= span;
    at = valueEnd;
    if (at === end) return found;
    if (bytes[at] !== SPACE) return undefined;
    at++;
  }
  return undefined;
}

/** Where the value at `at` ends; -1 when it is not plain. */
function skipValue(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  do {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at++;
      while (at < end && bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) return -1;
        at++;
      }
      if (at >= end) return -1;
      at++;
    } else if (byte === BRACE || byte === BACKSLASH) return -1;
    else if (byte === OPEN || (byte === PERCENT && bytes[at + 1] === OPEN)) {
      depth++;
      at += byte === OPEN ? 1 : 2;
    } else if (byte === CLOSE) {
      depth--;
      at++;
    } else if (byte === SPACE) {
      if (depth === 0) return -1;
      at++;
    } else {
      while (at < end && bytes[at] !== SPACE && bytes[at] !== CLOSE && bytes[at] !== OPEN) at++;
    }
  } while (at < end && depth > 0);
  return depth === 0 ? at : -1;
}
