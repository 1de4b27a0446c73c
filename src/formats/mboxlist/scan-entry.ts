import { MAX_UIDVALIDITY } from './uidvalidity.js';

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
const CR = 0x0d;
const LF = 0x0a;
const NINE = 0x39;
const ZERO = 0x30;

const A = 0x41;
const C = 0x43;
const F = 0x46;
const H = 0x48;
const I = 0x49;
const L = 0x4c;
const M = 0x4d;
const N = 0x4e;
const P = 0x50;
const S = 0x53;
const T = 0x54;
const V = 0x56;

/** Digits of a 64-bit number. */
const MAX_DIGITS = 20;

/**
 * Finds the fields of an N or I row without decoding it: `%(T e I ... P default ... A %(...) H ())`. undefined for anything
 * but known fields with atoms and plain quoted strings in them, and for whatever the decoder might find fault with: such
 * a row is to be decoded. Source: mboxlist.md section 5.
 */
export function scanEntry(bytes: Uint8Array, from: number, to: number): ScannedEntry | undefined {
  if (to - from < 3 || bytes[from] !== PERCENT || bytes[from + 1] !== OPEN || bytes[to - 1] !== CLOSE) return undefined;
  const found: { mbtype?: Span; uniqueid?: Span; partition?: Span; dbname?: Span } = {};
  const end = to - 1;
  for (let at = from + 2; ; at++) {
    const key = bytes[at];
    if (at + 2 >= end || bytes[at + 1] !== SPACE) return undefined;
    const valueAt = at + 2;
    at = skipField(bytes, key, valueAt, end);
    if (at < 0) return undefined;
    const quoted = bytes[valueAt] === QUOTE ? 1 : 0;
    const span = { from: valueAt + quoted, to: at - quoted };
    // Of a key that stands twice the first one counts, as in the decoder.
    if (key === T) found.mbtype ??= span;
    else if (key === I) found.uniqueid ??= span;
    else if (key === P) found.partition ??= span;
    else if (key === N) found.dbname ??= span;
    if (at === end) return found;
    if (bytes[at] !== SPACE) return undefined;
  }
}

/** Where the value of a field ends; -1 when it is not one that the field may have, or not plain. */
function skipField(bytes: Uint8Array, key: number | undefined, at: number, end: number): number {
  switch (key) {
    case T:
    case I:
    case P:
    case N:
    case S:
      return skipString(bytes, at, end);
    case V:
      return skipNumber(bytes, at, end, MAX_UIDVALIDITY);
    case C:
    case F:
    case M:
      return skipNumber(bytes, at, end, Infinity);
    case A:
      return skipRights(bytes, at, end);
    case H:
      return at + 2 <= end && bytes[at] === OPEN && bytes[at + 1] === CLOSE ? at + 2 : -1;
    default:
      return -1;
  }
}

/** Anything but NIL, which is no string. */
function skipString(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === QUOTE) {
    for (at++; at < end; at++) {
      if (bytes[at] === QUOTE) return at + 1;
      if (bytes[at] === BACKSLASH) return -1;
    }
    return -1;
  }
  if (bytes[at] === BRACE || bytes[at] === PERCENT) return -1;
  while (at < end && !endsAtom(bytes[at]!)) at++;
  if (at === start) return -1;
  return at - start === 3 && bytes[start] === N && bytes[start + 1] === I && bytes[start + 2] === L ? -1 : at;
}

/** Of the bytes that end an atom, only a space and a closing bracket may follow it, which the callers see to. */
function endsAtom(byte: number): boolean {
  return (
    byte === SPACE || byte === CLOSE || byte === OPEN || byte === QUOTE || byte === CR || byte === LF || byte === 0
  );
}

function skipNumber(bytes: Uint8Array, start: number, end: number, max: number): number {
  let at = start;
  let number = 0;
  for (; at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE; at++) number = number * 10 + bytes[at]! - ZERO;
  return at > start && at - start <= MAX_DIGITS && number <= max ? at : -1;
}

/** A kvlist of strings. */
function skipRights(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== PERCENT || bytes[start + 1] !== OPEN) return -1;
  let at = start + 2;
  if (bytes[at] === CLOSE) return at < end ? at + 1 : -1;
  for (let words = 1; ; words++) {
    at = skipString(bytes, at, end);
    if (at < 0 || at >= end) return -1;
    if (bytes[at] === CLOSE) return words % 2 === 0 ? at + 1 : -1;
    if (bytes[at] !== SPACE) return -1;
    at++;
  }
}
