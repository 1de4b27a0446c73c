import { decodeName } from '../../bytes/text.js';
import type { Decoded, FaultCode } from '../../model/fault.js';

export interface DlistAtom {
  readonly kind: 'atom';
  /** Content of an atom, a quoted string or a literal: readers must not tell them apart. */
  readonly bytes: Buffer;
}
export interface DlistList {
  readonly kind: 'list';
  readonly items: readonly DlistItem[];
}
export interface DlistKvlist {
  readonly kind: 'kvlist';
  /** In stored order, duplicates included. */
  readonly pairs: readonly DlistPair[];
}
export interface DlistNil {
  readonly kind: 'nil';
}
export interface DlistPair {
  readonly key: string;
  readonly value: DlistItem;
}
/** A value of Cyrus' dlist grammar. Source: imap/dlist.c 3.6.1; sync-protocol.md section 3. */
export type DlistItem = DlistAtom | DlistList | DlistKvlist | DlistNil;

/** Deepest nesting that is followed. Cyrus itself writes at most 5 levels; without a limit bad bytes end the stack. */
const MAX_DEPTH = 64;

/**
 * Most items of one value. An ACL or a list of names has some hundred at most; without a limit a row of the largest size
 * would become a hundred times as much memory.
 */
const MAX_ITEMS = 250_000;

const SPACE = 0x20;
const QUOTE = 0x22;
const PERCENT = 0x25;
const OPEN = 0x28;
const CLOSE = 0x29;
const PLUS = 0x2b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const CR = 0x0d;
const LF = 0x0a;

/** Leaves the parser; never leaves this file. */
class SyntaxFault extends Error {
  constructor(
    readonly offset: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

/**
 * Parses one item that starts at `offset`; only white space may follow it. Faults carry `code` and the offset
 * within `bytes`. An item with bytes after it is returned together with the fault.
 */
export function parseDlist(
  bytes: Buffer,
  file: string,
  offset = 0,
  code: FaultCode = 'mbentry-syntax',
): Decoded<DlistItem> {
  const fault = (at: number, expected: string) => ({ code, file, offset: at, expected, actual: found(bytes, at) });
  const parser = new Parser(bytes, offset);
  try {
    const value = parser.item(0);
    let end = parser.at;
    while (end < bytes.length && isBlank(bytes[end]!)) end += 1;
    return { value, faults: end < bytes.length ? [fault(end, 'the end of the value')] : [] };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { faults: [fault(error.offset, error.expected)] };
  }
}

class Parser {
  private items = 0;

  constructor(
    readonly bytes: Buffer,
    public at: number,
  ) {}

  item(depth: number): DlistItem {
    if (++this.items > MAX_ITEMS) throw new SyntaxFault(this.at, `at most ${String(MAX_ITEMS)} items`);
    if (depth > MAX_DEPTH) throw new SyntaxFault(this.at, `at most ${String(MAX_DEPTH)} levels of lists`);
    const first = this.bytes[this.at];
    if (first === OPEN) {
      this.at += 1;
      return { kind: 'list', items: this.untilClose(() => this.item(depth + 1)) };
    }
    if (first === PERCENT) {
      if (this.bytes[this.at + 1] !== OPEN) throw new SyntaxFault(this.at + 1, '"("');
      this.at += 2;
      return { kind: 'kvlist', pairs: this.untilClose(() => this.pair(depth + 1)) };
    }
    const bare = first !== QUOTE && first !== OPEN_BRACE;
    const bytes = this.string();
    return bare && bytes.length === 3 && bytes.toString('latin1') === 'NIL' ? { kind: 'nil' } : { kind: 'atom', bytes };
  }

  private pair(depth: number): DlistPair {
    const key = decodeName(this.string());
    if (this.bytes[this.at] !== SPACE) throw new SyntaxFault(this.at, 'a space after the key');
    this.skipSpaces();
    return { key, value: this.item(depth) };
  }

  private untilClose<T>(next: () => T): T[] {
    const items: T[] = [];
    this.skipSpaces();
    while (this.bytes[this.at] !== CLOSE) {
      items.push(next());
      const follow = this.bytes[this.at];
      if (follow !== SPACE && follow !== CLOSE) throw new SyntaxFault(this.at, 'a space or ")"');
      this.skipSpaces();
    }
    this.at += 1;
    return items;
  }

  private string(): Buffer {
    const first = this.bytes[this.at];
    if (first === QUOTE) return this.quoted();
    if (first === OPEN_BRACE) return this.literal();
    const start = this.at;
    // Stored atoms may hold any byte but these: names inside mailboxes.db carry a bare 0x1F.
    while (this.at < this.bytes.length && !endsAtom(this.bytes[this.at]!)) this.at += 1;
    if (this.at === start) throw new SyntaxFault(start, 'a value');
    return this.bytes.subarray(start, this.at);
  }

  private quoted(): Buffer {
    const start = this.at;
    const out: number[] = [];
    for (this.at += 1; this.at < this.bytes.length; this.at += 1) {
      let byte = this.bytes[this.at]!;
      if (byte === QUOTE) {
        this.at += 1;
        return Buffer.from(out);
      }
      if (byte === BACKSLASH) {
        this.at += 1;
        if (this.at >= this.bytes.length) break;
        byte = this.bytes[this.at]!;
      }
      out.push(byte);
    }
    throw new SyntaxFault(start, 'a closing quote');
  }

  private literal(): Buffer {
    const start = this.at;
    let length = 0;
    let at = start + 1;
    for (; isDigit(this.bytes[at]); at += 1) {
      length = length * 10 + this.bytes[at]! - 0x30;
      if (length > this.bytes.length) throw new SyntaxFault(start, 'a literal inside the value');
    }
    if (at === start + 1) throw new SyntaxFault(at, 'the length of a literal');
    if (this.bytes[at] === PLUS) at += 1;
    if (this.bytes[at] !== CLOSE_BRACE) throw new SyntaxFault(at, '"}"');
    at += 1;
    if (this.bytes[at] === CR) at += 1;
    if (this.bytes[at] !== LF) throw new SyntaxFault(at, 'CRLF after the length of a literal');
    at += 1;
    if (length > this.bytes.length - at) throw new SyntaxFault(start, 'a literal inside the value');
    this.at = at + length;
    return this.bytes.subarray(at, this.at);
  }

  private skipSpaces(): void {
    while (this.bytes[this.at] === SPACE) this.at += 1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === CR || byte === LF || byte === 0x09;
}

function endsAtom(byte: number): boolean {
  return (
    byte === SPACE || byte === CLOSE || byte === OPEN || byte === QUOTE || byte === CR || byte === LF || byte === 0
  );
}

function found(bytes: Buffer, at: number): string {
  return at >= bytes.length ? 'the end' : JSON.stringify(bytes.subarray(at, at + 24).toString('latin1'));
}

/** The value of a key; the first one wins, as in dlist_getchild. */
export function kvGet(item: DlistItem | undefined, key: string): DlistItem | undefined {
  return item?.kind === 'kvlist' ? item.pairs.find((pair) => pair.key === key)?.value : undefined;
}

export function asKvPairs(item: DlistItem | undefined): readonly DlistPair[] | undefined {
  return item?.kind === 'kvlist' ? item.pairs : undefined;
}

export function asList(item: DlistItem | undefined): readonly DlistItem[] | undefined {
  return item?.kind === 'list' ? item.items : undefined;
}

export function asBytes(item: DlistItem | undefined): Buffer | undefined {
  return item?.kind === 'atom' ? item.bytes : undefined;
}

export function asString(item: DlistItem | undefined): string | undefined {
  return item?.kind === 'atom' ? decodeName(item.bytes) : undefined;
}

/** Unsigned decimal, up to 64 bits; exact below 2^53. undefined for anything else. */
export function asNumber(item: DlistItem | undefined): number | undefined {
  const text = asString(item);
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}
