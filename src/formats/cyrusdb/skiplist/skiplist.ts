import type { ByteSource } from '../../../bytes/byte-source.js';
import { readNumber } from '../../../bytes/layout.js';
import type { FaultCode, FormatFault } from '../../../model/fault.js';
import { MAX_ROW_BYTES, visitRows, type CyrusDb, type CyrusDbRow, type RowVisitor } from '../cyrusdb.js';
import { OrderTracker } from '../key-order.js';
import { END_OF_POINTERS, MAX_LEVEL, SKIPLIST_MAGIC, TYPE, skiplistHeader } from './layout.js';

/** Where the parts of one INORDER or ADD record are. */
interface SkiplistRecord {
  readonly type: number;
  readonly keyAt: number;
  readonly keyLength: number;
  readonly valueAt: number;
  readonly valueLength: number;
  readonly pointersAt: number;
  readonly level: number;
  readonly end: number;
}

const MAX_FAULTS = 100;
const EMPTY_HEAD = 12;

/**
 * Reads a skiplist database in its committed view: the records of the last checkpoint, then the log up to the last
 * commit. The pointers are not used: a transaction overwrites them in place, so that after a crash they lie.
 * Memory: 16 bytes per record of the file, and the keys of the log; all keys when they are not in raw order. Source: recovery in lib/cyrusdb_skiplist.c, 2.3.19 to 3.13; cyrusdb.md section 4.
 */
export function openSkiplist(
  source: ByteSource,
  file: string,
): { readonly db?: Skiplist; readonly faults: readonly FormatFault[] } {
  const head = source.read(0, skiplistHeader.size);
  const fail = (code: FaultCode, offset: number, expected: string, actual: string) => ({
    faults: [{ code, file, offset, expected, actual }],
  });
  if (head.length < 20 || !head.subarray(0, 20).equals(SKIPLIST_MAGIC)) {
    return fail('db-magic', 0, SKIPLIST_MAGIC.toString('hex'), head.subarray(0, 20).toString('hex'));
  }
  if (head.length < skiplistHeader.size)
    return fail('db-truncated', head.length, '48 bytes of header', `${String(head.length)} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const get = (name: keyof typeof skiplistHeader.fields): number => readNumber(view, 0, skiplistHeader.fields[name]);
  if (get('version') !== 1) return fail('db-version', 20, 'version 1', String(get('version')));
  if (get('maxLevel') === 0 || get('maxLevel') > MAX_LEVEL)
    return fail('db-record-shape', 28, `maxlevel up to ${String(MAX_LEVEL)}`, String(get('maxLevel')));
  const db = new Skiplist(source, file, get('maxLevel'), get('currentLevel'));
  db.load();
  return { db, faults: db.faults };
}

export class Skiplist implements CyrusDb {
  readonly format = 'skiplist';
  readonly faults: FormatFault[] = [];
  /** Offsets of the live records, in raw order of their keys. */
  private live = new Float64Array(0);
  /** Offsets of all records that were committed, ascending; `alive` says which were not deleted since. */
  private offsets: number[] = [];
  private alive: number[] = [];
  /** True when nothing follows the last commit: only then do the pointers say what the log says. */
  private isWhole = false;
  private isVerified = false;

  constructor(
    private readonly source: ByteSource,
    readonly file: string,
    private readonly maxLevel: number,
    private readonly currentLevel: number,
  ) {}

  get count(): number {
    return this.live.length;
  }

  *rows(from?: Buffer): Generator<CyrusDbRow> {
    for (let i = from === undefined ? 0 : this.search(from); i < this.live.length; i++) {
      const row = this.row(this.live[i]!);
      if (row === undefined) return;
      yield row;
    }
  }

  get(key: Buffer): Buffer | undefined {
    const i = this.search(key);
    if (i >= this.live.length) return undefined;
    const row = this.row(this.live[i]!);
    return row?.key.equals(key) === true ? row.value : undefined;
  }

  /**
   * Damage that was met while loading is known already; the rest is padding, levels and the pointers, which are
   * held against the log when no unfinished transaction has touched them. There are no checksums: a changed value
   * cannot be seen.
   */
  verify(visit?: RowVisitor): readonly FormatFault[] {
    if (!this.isVerified) {
      this.isVerified = true;
      for (const offset of this.offsets) this.checkRecord(offset);
      if (this.isWhole && this.faults.length === 0) this.checkChains();
    }
    visitRows(this, visit);
    return this.faults;
  }

  private checkRecord(offset: number): void {
    const record = this.record(offset);
    if (record === undefined) return;
    if (record.level > this.currentLevel) {
      const limit = `a level up to curlevel ${String(this.currentLevel)}`;
      this.fault('db-record-shape', offset, limit, String(record.level));
    }
    for (const [at, length] of [
      [record.keyAt, record.keyLength],
      [record.valueAt, record.valueLength],
    ] as const) {
      if (this.source.read(at + length, padded(length) - length).some((byte) => byte !== 0))
        this.fault('db-record-shape', at + length, 'zero bytes as padding', 'others');
    }
  }

  /** Every level from the dummy record: level 0 is the log's view, and each upper level the records that reach it. */
  private checkChains(): void {
    const dummyAt = skiplistHeader.size;
    const expected: number[] = [];
    for (let i = 0; i < this.maxLevel; i++) expected.push(this.u32(dummyAt + EMPTY_HEAD + 4 * i));
    const order = new OrderTracker();
    let previous: Buffer | undefined;
    let count = 0;
    let from = dummyAt;
    for (let at = expected[0]!; at !== 0;) {
      const index = this.indexOf(at);
      // More steps than live records are a circle.
      if (index < 0 || this.alive[index] !== 1 || ++count > this.live.length) {
        this.fault('db-link', from, 'a link to a live record', String(at));
        return;
      }
      const record = this.record(at);
      if (record === undefined) return;
      const key = this.key(record);
      if (previous !== undefined && !order.accepts(previous, key)) {
        this.fault('db-order', at, 'a key above the one before it', key.toString('latin1', 0, 60));
        return;
      }
      previous = key;
      for (let level = 0; level < record.level; level++) {
        if (expected[level] !== at)
          this.fault('db-link', at, `level ${String(level)} links here`, String(expected[level]));
        expected[level] = this.u32(record.pointersAt + 4 * level);
      }
      from = at;
      at = expected[0]!;
    }
    if (this.faults.length > 0) return;
    const open = expected.findIndex((offset) => offset !== 0);
    if (open >= 0)
      this.fault('db-link', expected[open]!, `level ${String(open)} ends`, `it goes on to ${String(expected[open])}`);
    if (count !== this.live.length)
      this.fault('db-count', dummyAt, `${String(this.live.length)} linked records`, String(count));
  }

  /** Scans the whole file once. */
  load(): void {
    const dummyEnd = this.checkDummy();
    if (dummyEnd === undefined) return;
    let at = dummyEnd;
    let previous: Buffer | undefined;
    const order = new OrderTracker();
    for (;;) {
      const record = this.source.size - at >= EMPTY_HEAD && this.u32(at) === TYPE.inorder ? this.record(at) : undefined;
      if (record === undefined) break;
      const key = this.key(record);
      if (previous !== undefined && !order.accepts(previous, key))
        this.fault('db-order', at, 'a key above the one before it', key.toString('latin1', 0, 60));
      previous = key;
      this.offsets.push(at);
      this.alive.push(1);
      at = record.end;
    }
    this.replay(at, order.isRaw);
  }

  /** Applies the complete transactions of the log to the records of the checkpoint. */
  private replay(logStart: number, isRaw: boolean): void {
    const { size } = this.source;
    const { offsets, alive } = this;
    const inorder = offsets.length;
    /** Indexes of what the transaction that is being read deletes; its additions are the last offsets. */
    let deleted: number[] = [];
    let settled = inorder;
    let committed = logStart;
    let at = logStart;
    while (at + 4 <= size) {
      const type = this.u32(at);
      if (type === 0) {
        // Runs of zero words come from an old recovery bug and are passed over by Cyrus too.
        at += 4;
        if (deleted.length === 0 && settled === offsets.length) committed = at;
        continue;
      }
      if (type === TYPE.commit) {
        for (; settled < offsets.length; settled++) alive[settled] = 1;
        for (const index of deleted) {
          if (alive[index] !== 1) this.fault('db-link', offsets[index]!, 'one deletion', 'another one');
          alive[index] = 0;
        }
        deleted = [];
        at += 4;
        committed = at;
        continue;
      }
      if (type === TYPE.delete && at + 8 <= size) {
        const target = this.u32(at + 4);
        const index = this.indexOf(target);
        if (index < 0) {
          this.fault('db-link', at + 4, 'the offset of an earlier record', String(target));
          break;
        }
        deleted.push(index);
        at += 8;
        continue;
      }
      const record = type === TYPE.add ? this.record(at, true) : undefined;
      if (record === undefined) {
        if (type !== TYPE.add && type !== TYPE.delete)
          this.fault('db-record-shape', at, 'a record of the log', String(type));
        break;
      }
      offsets.push(at);
      alive.push(0);
      at = record.end;
    }
    offsets.length = settled;
    alive.length = settled;
    this.isWhole = committed === size;
    if (!this.isWhole) {
      // A transaction without its commit is what a crash leaves; it was never part of the database.
      const torn = this.faults.length > 0 ? 'damage' : 'an unfinished transaction';
      this.fault(
        'db-trailing-bytes',
        committed,
        `${String(committed)} committed bytes`,
        `${String(size)} bytes: ${torn}`,
      );
    }
    this.arrange(inorder, isRaw);
  }

  /** Puts the live records into raw key order; of two with one key, which no release leaves, the later one counts. */
  private arrange(inorder: number, isRaw: boolean): void {
    const { offsets, alive } = this;
    const sortFrom = isRaw ? inorder : 0;
    const sorted: { readonly key: string; readonly offset: number }[] = [];
    for (let i = sortFrom; i < offsets.length; i++) {
      if (alive[i] === 1) sorted.push({ key: this.keyAt(offsets[i]!), offset: offsets[i]! });
    }
    // Latin-1 text compares by code unit exactly as its bytes do.
    sorted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.offset - b.offset));
    const live: number[] = [];
    let last: string | undefined;
    const push = (key: string, offset: number): void => {
      if (key === last) {
        this.fault('db-order', offset, 'one record of a key', JSON.stringify(key.slice(0, 60)));
        live.pop();
      }
      last = key;
      live.push(offset);
    };
    let next = 0;
    for (let i = 0; i < sortFrom; i++) {
      if (alive[i] !== 1) continue;
      if (sorted.length === 0) {
        live.push(offsets[i]!);
        continue;
      }
      const key = this.keyAt(offsets[i]!);
      for (; next < sorted.length && sorted[next]!.key < key; next++) push(sorted[next]!.key, sorted[next]!.offset);
      push(key, offsets[i]!);
    }
    for (; next < sorted.length; next++) push(sorted[next]!.key, sorted[next]!.offset);
    this.live = Float64Array.from(live);
  }

  /** Index of the record at `offset`, or -1 when none begins there. */
  private indexOf(offset: number): number {
    let low = 0;
    let high = this.offsets.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const there = this.offsets[middle]!;
      if (there === offset) return middle;
      if (there < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  private checkDummy(): number | undefined {
    const at = skiplistHeader.size;
    if (this.u32(at) !== TYPE.dummy) {
      this.fault('db-record-shape', at, 'the dummy record', String(this.u32(at)));
      return undefined;
    }
    const end = at + 4 * (3 + this.maxLevel + 1);
    if (end > this.source.size || this.u32(end - 4) !== END_OF_POINTERS) {
      this.fault('db-truncated', at, 'a whole dummy record', `${String(this.source.size)} bytes`);
      return undefined;
    }
    if (this.currentLevel > this.maxLevel)
      this.fault('db-record-shape', 32, `curlevel up to ${String(this.maxLevel)}`, String(this.currentLevel));
    return end;
  }

  /** Decodes the record at `at`. `mayBeTorn`: running past the end of the file is what a crash leaves, not damage. */
  private record(at: number, mayBeTorn = false): SkiplistRecord | undefined {
    const { size } = this.source;
    const tooLong = (expected: string, actual: string): undefined => {
      if (!mayBeTorn) this.fault('db-record-shape', at, expected, actual);
      return undefined;
    };
    const type = this.u32(at);
    const keyLength = this.u32(at + 4);
    const keyAt = at + 8;
    const valueLengthAt = keyAt + padded(keyLength);
    if (valueLengthAt + 4 > size) {
      tooLong('a key within the file', `${String(keyLength)} bytes of key`);
      return;
    }
    const valueLength = this.u32(valueLengthAt);
    if (keyLength + valueLength > MAX_ROW_BYTES) {
      tooLong(`key and value up to ${String(MAX_ROW_BYTES)} bytes`, String(keyLength + valueLength));
      return;
    }
    const valueAt = valueLengthAt + 4;
    const pointersAt = valueAt + padded(valueLength);
    if (pointersAt + 8 > size) {
      tooLong('a value within the file', `${String(valueLength)} bytes of value`);
      return;
    }
    let level = 0;
    while (
      level <= this.maxLevel &&
      pointersAt + 4 * level + 4 <= size &&
      this.u32(pointersAt + 4 * level) !== END_OF_POINTERS
    )
      level++;
    const end = pointersAt + 4 * level + 4;
    if (end > size) {
      tooLong('a whole record', 'the file ends before');
      return;
    }
    if (level === 0 || level > this.maxLevel) {
      this.fault('db-record-shape', at, `1 to ${String(this.maxLevel)} pointers and their end`, String(level));
      return undefined;
    }
    return { type, keyAt, keyLength, valueAt, valueLength, pointersAt, level, end };
  }

  private search(key: Buffer): number {
    let low = 0;
    let high = this.live.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyBytes(this.live[middle]!).compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private row(offset: number): CyrusDbRow | undefined {
    const record = this.record(offset);
    if (record === undefined) return undefined;
    return { key: this.key(record), value: Buffer.from(this.source.read(record.valueAt, record.valueLength)) };
  }

  private key(record: SkiplistRecord): Buffer {
    return Buffer.from(this.source.read(record.keyAt, record.keyLength));
  }

  private keyBytes(offset: number): Buffer {
    return this.source.read(offset + 8, this.u32(offset + 4));
  }

  private keyAt(offset: number): string {
    return this.keyBytes(offset).toString('latin1');
  }

  private u32(at: number): number {
    const bytes = this.source.read(at, 4);
    return bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  }

  private fault(code: FaultCode, offset: number, expected: string, actual: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push({ code, file: this.file, offset, expected, actual });
  }
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
