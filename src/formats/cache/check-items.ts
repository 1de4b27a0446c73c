import { CACHE_ITEMS, sectionVersion, type CacheItem } from './layout.js';
import type { CacheProblem, CacheRecord } from './read-record.js';
import { findSectionFault } from './section.js';

/**
 * Finds where bytes are not what such an item holds; -1 when they are.
 * Source: message_write_cache and what it calls, imap/message.c 2.3.19 to 3.13.
 */
type Check = (bytes: Buffer, from: number, end: number, cacheVersion: number) => number;

const CHECKS: Readonly<Partial<Record<CacheItem, { readonly expected: string; readonly check: Check }>>> = {
  ENVELOPE: { expected: 'one list in parentheses', check: findListFault },
  BODYSTRUCTURE: { expected: 'one list in parentheses', check: findListFault },
  BODY: { expected: 'one list in parentheses', check: findListFault },
  SECTION: {
    expected: 'tables of message parts',
    check: (bytes, from, end, cacheVersion) => {
      const version = sectionVersion(cacheVersion);
      return version === undefined ? -1 : findSectionFault(bytes, from, end, version);
    },
  },
  HEADERS: { expected: 'header lines', check: findHeaderFault },
  SUBJECT: { expected: 'one string or NIL', check: findStringFault },
};
const ORDERED = CACHE_ITEMS.map((name) => ({ name, ...CHECKS[name] }));

/** The first item of a record that is in `bytes` and does not hold what it should. */
export function findMalformedItem(bytes: Buffer, record: CacheRecord, cacheVersion: number): CacheProblem | undefined {
  for (let item = 0; item < ORDERED.length; item++) {
    const { name, expected, check } = ORDERED[item]!;
    if (check === undefined) continue;
    const from = record.base + record.itemAt[item]!;
    const end = from + record.itemLength[item]!;
    const at = check(bytes, from, end, cacheVersion);
    if (at < 0) continue;
    return {
      code: 'cache-item-malformed',
      offset: record.offset + at - record.base,
      expected: `${name} of ${String(end - from)} bytes: ${expected}`,
      actual: at === end ? 'its end' : `0x${bytes.toString('hex', at, Math.min(at + 8, end))}`,
    };
  }
  return undefined;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const COLON = 0x3a;
const DELETE = 0x7f;
const BRACE = 0x7b;

const [PLAIN, STRING, OPENS, CLOSES, ILLEGAL] = [0, 1, 2, 3, 4] as const;
/** What each byte is outside the strings of a list. Most are plain, and are passed over by one look. */
const IN_LIST = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === QUOTE || byte === BRACE) return STRING;
  if (byte < SPACE || byte >= DELETE) return ILLEGAL;
  return byte === OPEN ? OPENS : byte === CLOSE ? CLOSES : PLAIN;
});

function findListFault(bytes: Buffer, from: number, end: number): number {
  if (from === end || bytes[from] !== OPEN) return from;
  let depth = 0;
  for (let at = from; at < end;) {
    const kind = IN_LIST[bytes[at]!]!;
    if (kind === STRING) {
      const after = stringEnd(bytes, at, end);
      if (after < 0) return at;
      at = after;
      continue;
    }
    if (kind === ILLEGAL) return at;
    at++;
    if (kind === OPENS) depth++;
    else if (kind === CLOSES && --depth === 0) return at === end ? -1 : at;
  }
  return end;
}

function findStringFault(bytes: Buffer, from: number, end: number): number {
  const isNil = end - from === 3 && bytes.toString('latin1', from, end) === 'NIL';
  return isNil || stringEnd(bytes, from, end) === end ? -1 : from;
}

/**
 * End of a quoted string or a literal, or -1. What would need a backslash is written as a literal.
 * Source: message_write_nstring_map, imap/message.c 3.6.7.
 */
function stringEnd(bytes: Buffer, from: number, end: number): number {
  if (bytes[from] === QUOTE) {
    for (let at = from + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte === 0 || byte === CR || byte === LF) return -1;
    }
    return -1;
  }
  if (bytes[from] !== BRACE) return -1;
  let length = 0;
  let at = from + 1;
  for (; at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39; at++) {
    length = length * 10 + bytes[at]! - 0x30;
    if (length > end - from) return -1;
  }
  const isLiteral =
    at > from + 1 && at + 3 <= end && bytes[at] === 0x7d && bytes[at + 1] === CR && bytes[at + 2] === LF;
  const after = at + 3 + length;
  return isLiteral && after <= end ? after : -1;
}

/** Lines with a name and a colon, each with its folded lines, the last one ended by CR LF. No header is none at all. */
function findHeaderFault(bytes: Buffer, from: number, end: number): number {
  if (from === end) return -1;
  for (let line = from; line < end;) {
    const first = bytes[line]!;
    let isNamed = line > from && (first === SPACE || first === TAB);
    let at = line;
    for (; at < end && bytes[at] !== LF; at++) if (bytes[at] === COLON) isNamed = true;
    if (at === end || !isNamed) return line;
    line = at + 1;
  }
  return end - from >= 2 && bytes[end - 2] === CR ? -1 : end;
}
