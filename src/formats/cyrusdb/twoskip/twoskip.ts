import type { ByteSource } from '../../../bytes/byte-source.js';
import { crc32 } from '../../../bytes/crc32.js';
import { readNumber } from '../../../bytes/layout.js';
import type { FaultCode, FormatFault } from '../../../model/fault.js';
import { hex32 } from '../../index/read-header.js';
import { MAX_ROW_BYTES, type CyrusDb, type CyrusDbRow, type RowVisitor } from '../cyrusdb.js';
import { OrderTracker } from '../key-order.js';
import { Room } from '../room.js';
import { BLANK, DIRTY, DUMMY_AT, DUMMY_SIZE, MAX_LEVEL, TWOSKIP_MAGIC, TYPE, twoskipHeader } from './layout.js';

export interface TwoskipHeader {
  readonly version: number;
  readonly generation: number;
  readonly numRecords: number;
  readonly repackSize: number;
  /** End of the committed data. */
  readonly currentSize: number;
  readonly dirty: boolean;
}

export interface TwoskipRecord {
  readonly offset: number;
  readonly type: number;
  readonly level: number;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly ptrs: readonly number[];
  readonly keyAt: number;
  readonly end: number;
  readonly tailCrc: number;
}

/** A record on the upper levels with its key. */
interface Landmark {
  readonly record: TwoskipRecord;
  readonly key: Buffer;
}

/** Landmarks kept, at some hundred bytes each. Units follow the order of the keys: what was dropped is seldom missed. */
const MAX_LANDMARKS = 2048;
/** The file is read in windows that lie side by side. */
const WINDOW = 64 * 1024;
const MAX_HEAD = 8 + 16 + 8 * (MAX_LEVEL + 1) + 8;

/** A file up to this size is looked through for the order of its keys before its first use; a larger one by verify. */
const MAX_UNVERIFIED = 16 * 1024 * 1024;

/** Records passed on level 0 by one search before the levels above are taken for broken: a healthy one passes a few. */
const MAX_STEPS = 256;

/** Faults kept per database; verify stops adding after that. */
const MAX_FAULTS = 100;

/** What `openTwoskip` returns: no `db` means that nothing in the file can be trusted. */
export interface OpenedTwoskip {
  readonly db?: Twoskip;
  readonly faults: readonly FormatFault[];
}

/**
 * Opens a twoskip database of any state, clean or left by a crash, and reads its committed view.
 * Source: lib/cyrusdb_twoskip.c 2.5.17 to 3.13; cyrusdb.md section 3.
 */
export function openTwoskip(source: ByteSource, file: string): OpenedTwoskip {
  const head = source.read(0, twoskipHeader.size);
  const fail = (code: FaultCode, offset: number, expected: string, actual: string): OpenedTwoskip => ({
    faults: [{ code, file, offset, expected, actual }],
  });
  if (source.size === 0)
    return { faults: [{ code: 'file-empty', file, expected: 'a twoskip database', actual: '0 bytes' }] };
  if (head.length < TWOSKIP_MAGIC.length || !head.subarray(0, 20).equals(TWOSKIP_MAGIC)) {
    return fail('db-magic', 0, TWOSKIP_MAGIC.toString('hex'), head.subarray(0, 20).toString('hex'));
  }
  if (head.length < twoskipHeader.size)
    return fail('db-truncated', head.length, '64 bytes of header', `${String(head.length)} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const get = (name: keyof typeof twoskipHeader.fields): number => readNumber(view, 0, twoskipHeader.fields[name]);
  const computed = crc32(head, 0, 60);
  if (computed !== get('headerCrc')) return fail('db-header-crc', 60, hex32(computed), hex32(get('headerCrc')));
  if (get('version') > 1) return fail('db-version', 20, 'version 1', String(get('version')));
  const header: TwoskipHeader = {
    version: get('version'),
    generation: get('generation'),
    numRecords: get('numRecords'),
    repackSize: get('repackSize'),
    currentSize: get('currentSize'),
    dirty: (get('flags') & DIRTY) !== 0,
  };
  if (header.currentSize > source.size || header.currentSize < DUMMY_AT + DUMMY_SIZE) {
    return fail('db-truncated', source.size, `${String(header.currentSize)} bytes`, `${String(source.size)} bytes`);
  }
  const db = new Twoskip(source, file, header);
  return db.dummy === undefined ? { faults: db.faults } : { db, faults: db.faults };
}

export class Twoskip implements CyrusDb {
  readonly format = 'twoskip';
  readonly faults: FormatFault[] = [];
  readonly dummy: TwoskipRecord | undefined;
  private readonly landmarks = new Map<number, Landmark>();
  /** The bytes that were read last, and their offset. */
  private window: Buffer = Buffer.alloc(0);
  private windowAt = 0;
  /** Live records in raw order, when the file has another one: 8 bytes each. */
  private sorted: Float64Array | undefined;
  private isOrderKnown = false;
  /** Every record was looked at: what is read again needs no checksum. */
  private headsAreSound = false;

  constructor(
    private readonly source: ByteSource,
    readonly file: string,
    readonly header: TwoskipHeader,
  ) {
    if (header.dirty) this.fault('db-dirty', 56, 'a clean database', 'DIRTY is set');
    if (source.size > header.currentSize) {
      this.fault(
        'db-trailing-bytes',
        header.currentSize,
        `${String(header.currentSize)} bytes`,
        `${String(source.size)} bytes`,
      );
    }
    const dummy = this.record(DUMMY_AT);
    if (dummy !== undefined) {
      if (dummy.type === TYPE.dummy && dummy.level === MAX_LEVEL) this.dummy = dummy;
      else
        this.fault(
          'db-record-shape',
          DUMMY_AT,
          'the dummy record',
          `type ${String(dummy.type)} level ${String(dummy.level)}`,
        );
    }
  }

  get count(): number {
    return this.header.numRecords;
  }

  *rows(from?: Buffer): Generator<CyrusDbRow> {
    if (this.dummy === undefined) return;
    const sorted = this.sortedRecords();
    if (sorted !== undefined) {
      for (let i = from === undefined ? 0 : this.search(sorted, from); i < sorted.length; i++) {
        const row = this.row(sorted[i]!);
        if (row === undefined) return;
        yield row;
      }
      return;
    }
    const start = from === undefined ? { next: this.next(this.dummy) } : this.seek(from);
    let at = start?.next;
    let previous: Buffer | undefined;
    const room = new Room(this.header.currentSize);
    while (at !== undefined) {
      if (!this.isDisjoint(room, at)) return;
      const tail = this.tail(at);
      const key = tail.subarray(0, at.keyLength);
      if (previous !== undefined && previous.compare(key) >= 0) {
        this.fault('db-order', at.offset, 'a key above the one before it', printable(key));
        return;
      }
      if (!this.isSound(at, tail)) return;
      yield { key, value: tail.subarray(at.keyLength, at.keyLength + at.valueLength) };
      previous = key;
      at = this.next(at);
    }
  }

  get(key: Buffer): Buffer | undefined {
    const sorted = this.sortedRecords();
    if (sorted !== undefined) {
      const i = this.search(sorted, key);
      const row = i < sorted.length ? this.row(sorted[i]!) : undefined;
      return row?.key.equals(key) === true ? row.value : undefined;
    }
    const found = this.seek(key);
    if (found?.next === undefined) return undefined;
    const { next, tail } = found;
    if (tail?.compare(key, 0, key.length, 0, next.keyLength) !== 0) return undefined;
    return tail.subarray(next.keyLength, next.keyLength + next.valueLength);
  }

  verify(visit?: RowVisitor): readonly FormatFault[] {
    if (this.dummy !== undefined) {
      this.scan();
      this.headsAreSound = !this.header.dirty && this.faults.length === 0;
      this.walk(this.faults.length === 0 ? visit : undefined);
    }
    return this.faults;
  }

  get isKnownRaw(): boolean {
    return this.isOrderKnown && this.sorted === undefined;
  }

  trustRawOrder(): void {
    this.isOrderKnown = true;
  }

  /**
   * Undefined when the links of the file lead through the keys in raw order. A server with improved_mboxlist_sort, and
   * a host whose `char` is signed, wrote other orders. Source: cyrusdb.md section 2.
   */
  private sortedRecords(): Float64Array | undefined {
    if (!this.isOrderKnown && this.source.size <= MAX_UNVERIFIED && this.dummy !== undefined) {
      this.isOrderKnown = true;
      const order = new OrderTracker();
      let previous: Buffer | undefined;
      const room = new Room(this.header.currentSize);
      for (let at = this.next(this.dummy); at !== undefined; at = this.next(at)) {
        if (!this.isDisjoint(room, at)) return undefined;
        const key = this.key(at);
        if (previous !== undefined && !order.accepts(previous, key)) return undefined;
        previous = key;
      }
      if (!order.isRaw) this.sort();
    }
    return this.sorted;
  }

  /** Where the records lie that level 0 leads through, which is in raw order as far as it was followed. */
  private listRecords(): void {
    const offsets: number[] = [];
    const room = new Room(this.header.currentSize);
    let previous: Buffer | undefined;
    for (let at = this.next(this.dummy!); at !== undefined; at = this.next(at)) {
      const key = this.key(at);
      if (!this.isDisjoint(room, at) || (previous !== undefined && previous.compare(key) >= 0)) return;
      previous = key;
      offsets.push(at.offset);
    }
    this.sorted = Float64Array.from(offsets);
  }

  /** False when the records that were passed are longer than the file: some lie inside others (a fault). */
  private isDisjoint(room: Room, { offset, end }: TwoskipRecord): boolean {
    if (room.takes(end - offset)) return true;
    this.fault('db-link', offset, 'records side by side', 'records that overlap');
    return false;
  }

  private sort(): void {
    const records: { readonly key: string; readonly offset: number }[] = [];
    for (let at = this.next(this.dummy!); at !== undefined; at = this.next(at))
      records.push({ key: this.key(at).toString('latin1'), offset: at.offset });
    // Latin-1 text compares by code unit exactly as its bytes do.
    records.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.sorted = Float64Array.from(records, ({ offset }) => offset);
  }

  private search(sorted: Float64Array, key: Buffer): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.record(sorted[middle]!);
      if (record !== undefined && this.key(record).compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private row(offset: number): CyrusDbRow | undefined {
    const record = this.record(offset);
    if (record === undefined) return undefined;
    const tail = this.tail(record);
    if (!this.isSound(record, tail)) return undefined;
    const { keyLength, valueLength } = record;
    return { key: tail.subarray(0, keyLength), value: tail.subarray(keyLength, keyLength + valueLength) };
  }

  private key(record: TwoskipRecord): Buffer {
    const from = this.at(record.keyAt, record.keyLength);
    const key = Buffer.allocUnsafe(record.keyLength);
    this.window.copy(key, 0, from, from + record.keyLength);
    return key;
  }

  /**
   * The first record whose key is not below `key`, and its checked tail; nothing in it at the end. Upper links are
   * hints, and those into uncommitted bytes are skipped. Undefined when a record on the way is damaged (a fault): its
   * key would lead past what is looked for.
   */
  private seek(key: Buffer): { readonly next?: TwoskipRecord; readonly tail?: Buffer } | undefined {
    let at = this.dummy;
    if (at === undefined) return undefined;
    let atKey: Buffer | undefined;
    // Most links of a record lead to the same place: it is looked at once.
    let refused = 0;
    // A record that is refused on one level is met again on another.
    const room = new Room(2 * this.header.currentSize);
    for (let link = MAX_LEVEL; link >= 2; link--) {
      for (;;) {
        const target: number = at.ptrs[link] ?? 0;
        if (target === 0 || target === refused || target >= this.header.currentSize) break;
        const landmark: Landmark | undefined | 'damaged' = this.landmark(target);
        if (landmark === 'damaged') return undefined;
        if (landmark !== undefined && !this.isDisjoint(room, landmark.record)) return undefined;
        // A link to a record that is not below the key, or that would lead backwards, is no use.
        if (
          landmark === undefined ||
          landmark.key.compare(key) >= 0 ||
          (atKey !== undefined && landmark.key.compare(atKey) <= 0)
        ) {
          refused = target;
          break;
        }
        at = landmark.record;
        atKey = landmark.key;
      }
    }
    for (let steps = 0; ; steps++) {
      if (steps === MAX_STEPS) this.listRecords();
      const next = this.next(at);
      if (next === undefined) return {};
      if (!this.isDisjoint(room, next)) return undefined;
      const tail = this.tail(next);
      if (!this.isSound(next, tail)) return undefined;
      const nextKey = tail.subarray(0, next.keyLength);
      if (nextKey.compare(key) >= 0) return { next, tail };
      if (atKey !== undefined && nextKey.compare(atKey) <= 0) {
        this.fault('db-order', next.offset, 'a key above the one before it', printable(nextKey));
        return undefined;
      }
      at = next;
      atKey = nextKey;
    }
  }

  /** A record that an upper link leads to, kept for the next search; undefined when it is none. */
  private landmark(offset: number): Landmark | undefined | 'damaged' {
    const known = this.landmarks.get(offset);
    if (known !== undefined) return known;
    const record = this.record(offset);
    if (record?.type !== TYPE.record) return undefined;
    const tail = this.tail(record);
    if (!this.isSound(record, tail)) return 'damaged';
    // In memory of its own: a part of `tail` would keep all that Node's pool of small buffers has around it.
    const key = Buffer.allocUnsafeSlow(record.keyLength);
    tail.copy(key, 0, 0, record.keyLength);
    const landmark: Landmark = { record, key };
    if (this.landmarks.size >= MAX_LANDMARKS) this.landmarks.clear();
    this.landmarks.set(offset, landmark);
    return landmark;
  }

  /** The record that follows on level 0 in the committed view; undefined at the end, or at a broken link (a fault). */
  private next(record: TwoskipRecord): TwoskipRecord | undefined {
    let target = this.levelZeroLink(record);
    if (target === 0) return undefined;
    let next = this.linked(target, record);
    if (next?.type === TYPE.delete) {
      target = next.ptrs[0] ?? 0;
      if (target === 0) return undefined;
      next = this.linked(target, next);
    }
    if (next !== undefined && next.type !== TYPE.record) {
      this.fault(
        'db-link',
        record.offset,
        'a link to a record',
        `offset ${String(next.offset)}, type ${String(next.type)}`,
      );
      return undefined;
    }
    return next;
  }

  private levelZeroLink(record: TwoskipRecord): number {
    const end = this.header.currentSize;
    const [p0 = 0, p1 = 0] = record.ptrs;
    if (p0 >= end) return p1;
    if (p1 >= end) return p0;
    return Math.max(p0, p1);
  }

  private linked(target: number, from: TwoskipRecord): TwoskipRecord | undefined {
    if (target < DUMMY_AT + DUMMY_SIZE || target >= this.header.currentSize || target % 8 !== 0) {
      this.fault('db-link', from.offset, 'an offset of a record', String(target));
      return undefined;
    }
    return this.record(target);
  }

  /** Key and value as they are stored, with their padding; a copy. */
  tail(record: TwoskipRecord): Buffer {
    const length = record.end - record.keyAt;
    const from = this.at(record.keyAt, length);
    const tail = Buffer.allocUnsafe(length);
    return tail.subarray(0, this.window.copy(tail, 0, from, from + length));
  }

  /** False when the checksum of key and value is wrong (a fault). */
  isSound(record: TwoskipRecord, tail: Buffer): boolean {
    const computed = crc32(tail);
    if (computed === record.tailCrc) return true;
    this.fault('db-record-crc', record.offset, hex32(computed), hex32(record.tailCrc));
    return false;
  }

  /** Brings `[offset, offset + length)`, less at the end of the file, into the window; returns where it begins there. */
  private at(offset: number, length: number): number {
    const from = offset - this.windowAt;
    const missing = from + length - this.window.length;
    if (from >= 0 && (missing <= 0 || this.windowAt + this.window.length >= this.source.size)) return from;
    const start = offset - (offset % WINDOW);
    const isInOne = offset + length <= start + WINDOW || start + WINDOW >= this.source.size;
    this.windowAt = isInOne ? start : offset;
    this.window = this.source.read(this.windowAt, isInOne ? WINDOW : length);
    return offset - this.windowAt;
  }

  /** Decodes the head of the record at `offset`; every length is checked against the file before it is used. */
  record(offset: number): TwoskipRecord | undefined {
    const limit = this.source.size;
    const base = this.at(offset, MAX_HEAD);
    const head = this.window;
    const available = Math.min(MAX_HEAD, head.length - base);
    const shape = (expected: string, actual: string): undefined => {
      this.fault('db-record-shape', offset, expected, actual);
      return undefined;
    };
    if (available < 24) {
      shape('a record', `${String(Math.max(0, available))} bytes before the end`);
      return;
    }
    const type = head[base]!;
    const level = head[base + 1]!;
    if (type !== TYPE.record && type !== TYPE.delete && type !== TYPE.commit && type !== TYPE.dummy) {
      shape('a record type', `0x${type.toString(16)}`);
      return;
    }
    if (level > MAX_LEVEL) {
      shape(`a level up to ${String(MAX_LEVEL)}`, String(level));
      return;
    }
    let keyLength = head.readUInt16BE(base + 2);
    let valueLength = head.readUInt32BE(base + 4);
    let at = 8;
    if (keyLength === 0xffff) {
      keyLength = u64(head, base + at);
      at += 8;
    }
    if (valueLength === 0xffffffff) {
      valueLength = u64(head, base + at);
      at += 8;
    }
    if (available < at + 8 * (level + 1) + 8) {
      shape('a whole record head', 'the file ends before');
      return;
    }
    const ptrs: number[] = [];
    for (let i = 0; i <= level; i++) ptrs.push(u64(head, base + at + 8 * i));
    at += 8 * (level + 1);
    if (!this.headsAreSound) {
      const headCrc = head.readUInt32BE(base + at);
      const computed = crc32(head, base, base + at);
      if (headCrc !== computed) {
        this.fault('db-record-crc', offset, hex32(computed), hex32(headCrc));
        return undefined;
      }
    }
    if (keyLength + valueLength > MAX_ROW_BYTES) {
      shape(`key and value up to ${String(MAX_ROW_BYTES)} bytes`, String(keyLength + valueLength));
      return;
    }
    const keyAt = offset + at + 8;
    const end = keyAt + Math.ceil((keyLength + valueLength) / 8) * 8;
    if (end > limit) {
      shape(`key and value within ${String(limit)} bytes`, `they end at ${String(end)}`);
      return;
    }
    return { offset, type, level, keyLength, valueLength, ptrs, keyAt, end, tailCrc: head.readUInt32BE(base + at + 4) };
  }

  /** Every committed byte in file order: records with good checksums, in transactions that tile the file. */
  private scan(): void {
    const end = this.header.currentSize;
    let at = DUMMY_AT + DUMMY_SIZE;
    let transaction = at;
    let last: number = TYPE.dummy;
    while (at < end) {
      const from = this.at(at, 8);
      if (this.window[from] === BLANK[0] && this.window.subarray(from, from + 8).equals(BLANK)) {
        at += 8;
        continue;
      }
      const record = this.record(at);
      if (record === undefined) return;
      if (record.end > end) {
        this.fault('db-record-shape', at, `a record within ${String(end)} bytes`, `it ends at ${String(record.end)}`);
        return;
      }
      const tailAt = this.at(record.keyAt, record.end - record.keyAt);
      const computed = crc32(this.window, tailAt, tailAt + record.end - record.keyAt);
      if (computed !== record.tailCrc) this.fault('db-record-crc', at, hex32(computed), hex32(record.tailCrc));
      if (record.type === TYPE.dummy) this.fault('db-record-shape', at, 'one dummy record', 'another one');
      if (record.type === TYPE.commit) {
        const start = record.ptrs[0] ?? 0;
        if (start !== transaction) this.fault('db-transaction', at, `a start at ${String(transaction)}`, String(start));
        transaction = record.end;
      }
      last = record.type;
      at = record.end;
    }
    if (last !== TYPE.commit && last !== TYPE.dummy)
      this.fault('db-transaction', at, 'a commit at the end', 'an open transaction');
  }

  /** Level 0 in key order against the links of all upper levels and the count in the header. */
  private walk(visit: RowVisitor | undefined): void {
    const before = this.faults.length;
    const expected: number[] = [...this.dummy!.ptrs];
    let count = 0;
    let previous: Buffer | undefined;
    const order = new OrderTracker();
    const room = new Room(this.header.currentSize);
    for (let at = this.next(this.dummy!); at !== undefined; at = this.next(at)) {
      if (!this.isDisjoint(room, at)) return;
      const key = this.key(at);
      if (previous !== undefined && !order.accepts(previous, key)) {
        this.fault('db-order', at.offset, `a key above ${printable(previous)}`, printable(key));
        return;
      }
      previous = key;
      count++;
      if (visit !== undefined) {
        const { keyAt, keyLength, valueLength } = at;
        const from = this.at(keyAt, keyLength + valueLength);
        visit(this.window, from, from + keyLength, from + keyLength + valueLength);
      }
      if (this.header.dirty) continue;
      for (let link = 2; link <= at.level; link++) {
        if (expected[link] !== at.offset) {
          this.fault('db-link', at.offset, `skip level ${String(link - 1)} links here`, String(expected[link]));
        }
        expected[link] = at.ptrs[link]!;
      }
    }
    if (this.faults.length > before) return;
    if (!this.isOrderKnown && !order.isRaw) this.sort();
    this.isOrderKnown = true;
    if (!this.header.dirty) {
      const open = expected.findIndex((offset, link) => link >= 2 && offset !== 0);
      if (open >= 0)
        this.fault(
          'db-link',
          expected[open]!,
          `skip level ${String(open - 1)} ends`,
          `it goes on to ${String(expected[open])}`,
        );
    }
    // A transaction may have counted its first change before it marked the header; recovery counts again.
    if (!this.header.dirty && count !== this.header.numRecords) {
      this.fault('db-count', 32, `${String(count)} records`, String(this.header.numRecords));
    }
  }

  private fault(code: FaultCode, offset: number, expected: string, actual: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    if (this.faults.some((f) => f.code === code && f.offset === offset)) return;
    this.faults.push({ code, file: this.file, offset, expected, actual });
  }
}

function u64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 4294967296 + bytes.readUInt32BE(at + 4);
}

/** A key as text, with control bytes shown as dots and cut to a length that fits a line. */
function printable(key: Buffer): string {
  return key.toString('latin1', 0, 80).replace(/[^\x20-\x7e]/g, '.');
}
