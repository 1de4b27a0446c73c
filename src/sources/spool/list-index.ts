import { scanEntry, type Span } from '../../formats/mboxlist/scan-entry.js';

/** Hashes take 8 bytes each: this much memory holds those of a list of a million mailboxes. */
const MAX_BYTES = 64 * 1024 * 1024;
const MIN_SLOTS = 64;

/** What a hash stands for goes into it first. */
const NAMED = 0x4e;
const PLACED = 0x50;

const LETTER_E = 0x65;
const KEY_I = 0x49;
const KEY_N = 0x4e;

/**
 * What was found while a mailbox list was checked from end to end, as a set of 64-bit hashes that all threads share:
 * which uniqueid rows name which mailbox, and which mailboxes have a directory on which partition. A hash that is there
 * spares a lookup by uniqueid, which lies anywhere in the file; one that is not says nothing. Only of plain rows.
 */
export class ListIndex {
  private readonly slots: Int32Array;
  private used = 0;

  private constructor(readonly buffer: SharedArrayBuffer) {
    this.slots = new Int32Array(buffer);
  }

  /** @param rows of the list: as many are added at most */
  static forRows(rows: number): ListIndex {
    let slots = MIN_SLOTS;
    while (slots < rows * 1.5 && slots * 16 <= MAX_BYTES) slots *= 2;
    return new ListIndex(new SharedArrayBuffer(slots * 8));
  }

  /** The index that another thread has filled. */
  static of(buffer: SharedArrayBuffer): ListIndex {
    return new ListIndex(buffer);
  }

  /** Adds a row of a list of the third generation. */
  addRow(bytes: Buffer, keyAt: number, valueAt: number, end: number): void {
    const kind = bytes[keyAt];
    // A key without a name is none.
    if (valueAt - keyAt < 2) return;
    if (kind === KEY_I) {
      const entry = scanEntry(bytes, valueAt, end);
      if (entry?.dbname === undefined) return;
      this.add(NAMED, bytes, { from: keyAt + 1, to: valueAt }, bytes, entry.dbname);
    } else if (kind === KEY_N) {
      const entry = scanEntry(bytes, valueAt, end);
      if (entry?.uniqueid === undefined || entry.partition === undefined || entry.mbtype === undefined) return;
      // A mailbox in use, in the id layout: any other letter makes it something else.
      if (entry.mbtype.to - entry.mbtype.from !== 1 || bytes[entry.mbtype.from] !== LETTER_E) return;
      this.add(PLACED, bytes, entry.uniqueid, bytes, entry.partition);
    }
  }

  /** True when the row of this uniqueid gives it this name. */
  isNamed(uniqueid: string, dbname: Buffer): boolean {
    // As in the lookup that it stands for: latin1 would make one text of two.
    const id = Buffer.from(uniqueid, 'utf8');
    return this.has(NAMED, id, { from: 0, to: id.length }, dbname, { from: 0, to: dbname.length });
  }

  /** True when a live mailbox of this uniqueid is on this partition. */
  isPlaced(uniqueid: string, partition: string): boolean {
    const id = Buffer.from(uniqueid, 'utf8');
    const name = Buffer.from(partition, 'utf8');
    return this.has(PLACED, id, { from: 0, to: id.length }, name, { from: 0, to: name.length });
  }

  private add(kind: number, a: Uint8Array, aSpan: Span, b: Uint8Array, bSpan: Span): void {
    // More rows than were announced: the rest is looked up.
    if (this.used * 4 >= this.slots.length * 1.5) return;
    hash(kind, a, aSpan, b, bSpan);
    const at = this.find(high, low);
    if (this.slots[at] !== 0 || this.slots[at + 1] !== 0) return;
    this.slots[at] = high;
    this.slots[at + 1] = low;
    this.used++;
  }

  private has(kind: number, a: Uint8Array, aSpan: Span, b: Uint8Array, bSpan: Span): boolean {
    hash(kind, a, aSpan, b, bSpan);
    const at = this.find(high, low);
    return this.slots[at] === high && this.slots[at + 1] === low;
  }

  /** The slot that holds the hash, or the free one where it would go. */
  private find(h: number, l: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let at = (l << 1) & mask; ; at = (at + 2) & mask) {
      if ((slots[at] === h && slots[at + 1] === l) || (slots[at] === 0 && slots[at + 1] === 0)) return at;
    }
  }
}

let high = 0;
let low = 0;

/** Two 32-bit hashes of both texts, into `high` and `low`; never both zero. FNV-1a and its sister, mixed at the end. */
function hash(kind: number, a: Uint8Array, aSpan: Span, b: Uint8Array, bSpan: Span): void {
  let h = 0x811c9dc5 ^ kind;
  let l = 0x9e3779b9 ^ (kind << 8);
  for (let i = aSpan.from; i < aSpan.to; i++) {
    h = Math.imul(h ^ a[i]!, 0x01000193);
    l = Math.imul(l ^ a[i]!, 0x85ebca6b);
    l ^= l >>> 15;
  }
  h = Math.imul(h ^ 0x100, 0x01000193);
  l = Math.imul(l ^ 0x100, 0x85ebca6b);
  for (let i = bSpan.from; i < bSpan.to; i++) {
    h = Math.imul(h ^ b[i]!, 0x01000193);
    l = Math.imul(l ^ b[i]!, 0x85ebca6b);
    l ^= l >>> 15;
  }
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  l = Math.imul(l ^ (l >>> 16), 0xc2b2ae35);
  high = h ^ (h >>> 15);
  low = l ^ (l >>> 13) || 1;
}
