import type { ByteSource } from '../../../bytes/byte-source.js';
import { readNumber } from '../../../bytes/layout.js';
import { xxh3Low32 } from '../../../bytes/xxh3.js';
import type { FaultCode, FormatFault } from '../../../model/fault.js';
import { hex32 } from '../../index/read-header.js';
import { MAX_ROW_BYTES, visitRows, type CyrusDb, type CyrusDbRow, type RowVisitor } from '../cyrusdb.js';
import { Room } from '../room.js';
import { DUMMY_AT, fatHead, FIRST_AT, FLAG, MAX_LEVEL, SHAPES, skinnyHead, TWOM_MAGIC, twomHeader } from './layout.js';

interface TwomHeader {
  readonly generation: number;
  readonly numRecords: number;
  readonly numCommits: number;
  readonly dirtySize: number;
  /** End of the committed data. */
  readonly currentSize: number;
  readonly maxLevel: number;
  readonly dirty: boolean;
  readonly hasChecksums: boolean;
}

interface TwomRecord {
  readonly offset: number;
  readonly name: 'dummy' | 'add' | 'replace' | 'delete' | 'commit';
  readonly level: number;
  readonly keyLength: number;
  readonly valueLength: number;
  readonly ptrs: readonly number[];
  /** Offset of the record that this one supersedes or deletes; 0 = none. */
  readonly ancestor: number;
  readonly keyAt: number;
  readonly end: number;
  readonly tailSum: number;
}

/** A place in the order of the keys: the last record of a key, and the tombstone that deleted it. */
interface Position {
  readonly record: TwomRecord;
  readonly tombstone?: TwomRecord;
}

const MAX_FAULTS = 100;
const MAX_HEAD = 32 + 8 * (MAX_LEVEL + 1) + 8;
/** Some builds stored the length of a key above 65535 bytes modulo 65536; more than this many rounds are not tried. */
const MAX_KEY_ROUNDS = 16;
/** Nor is more hashed for it than this many times the file: any record may look as if it needed it. */
const LONG_KEY_PASSES = 4;

export interface OpenedTwom {
  readonly db?: Twom;
  readonly faults: readonly FormatFault[];
}

/**
 * Opens a twom database, clean or left by a crash, and reads its committed view. Memory: one row.
 * Source: lib/twom.c, cyrus-imapd 3.13; cyrusdb.md section 7.
 */
export function openTwom(source: ByteSource, file: string): OpenedTwom {
  const head = Buffer.from(source.read(0, twomHeader.size));
  const fail = (code: FaultCode, offset: number, expected: string, actual: string): OpenedTwom => ({
    faults: [{ code, file, offset, expected, actual }],
  });
  if (head.length < TWOM_MAGIC.length || !head.subarray(0, TWOM_MAGIC.length).equals(TWOM_MAGIC))
    return fail('db-magic', 0, TWOM_MAGIC.toString('hex'), head.subarray(0, 16).toString('hex'));
  if (head.length < twomHeader.size)
    return fail('db-truncated', head.length, '96 bytes of header', `${String(head.length)} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const get = (name: keyof typeof twomHeader.fields): number => readNumber(view, 0, twomHeader.fields[name]);
  const flags = get('flags');
  const { at: flagsAt } = twomHeader.fields.flags;
  const kind = (flags & ~FLAG.dirty) >>> 0;
  const hasChecksums = kind === FLAG.xxh64;
  const sumAt = twomHeader.fields.headerSum.at;
  const stored = get('headerSum');
  const computed = xxh3Low32(head.subarray(0, sumAt));
  // Other flags say that a program brought its own checksum or order of keys along; Cyrus never does.
  if (!hasChecksums && kind !== FLAG.noChecksums) {
    return stored === computed
      ? fail('db-version', flagsAt, 'flags that Cyrus writes', hex32(flags))
      : fail('db-header-crc', sumAt, hex32(computed), hex32(stored));
  }
  if (stored !== (hasChecksums ? computed : 0))
    return fail('db-header-crc', sumAt, hex32(hasChecksums ? computed : 0), hex32(stored));
  if (get('version') !== 1)
    return fail('db-version', twomHeader.fields.version.at, 'version 1', String(get('version')));
  const header: TwomHeader = {
    generation: get('generation'),
    numRecords: get('numRecords'),
    numCommits: get('numCommits'),
    dirtySize: get('dirtySize'),
    currentSize: get('currentSize'),
    maxLevel: get('maxLevel'),
    dirty: (flags & FLAG.dirty) !== 0,
    hasChecksums,
  };
  if (header.currentSize > source.size || header.currentSize < FIRST_AT)
    return fail('db-truncated', source.size, `${String(header.currentSize)} bytes`, `${String(source.size)} bytes`);
  const db = new Twom(source, file, header);
  return db.dummy === undefined ? { faults: db.faults } : { db, faults: db.faults };
}

export class Twom implements CyrusDb {
  readonly format = 'twom';
  readonly faults: FormatFault[] = [];
  readonly dummy: TwomRecord | undefined;
  private longKeyRoom: Room | undefined;

  constructor(
    private readonly source: ByteSource,
    readonly file: string,
    readonly header: TwomHeader,
  ) {
    if (header.dirty) this.fault('db-dirty', twomHeader.fields.flags.at, 'a clean database', 'DIRTY is set');
    if (header.currentSize % 8 !== 0)
      this.fault(
        'db-record-shape',
        twomHeader.fields.currentSize.at,
        'a multiple of 8 as the size',
        String(header.currentSize),
      );
    const dummy = this.record(DUMMY_AT);
    if (dummy?.name === 'dummy' && dummy.level === MAX_LEVEL) this.dummy = dummy;
    else if (dummy !== undefined)
      this.fault('db-record-shape', DUMMY_AT, 'the dummy record', `${dummy.name}, level ${String(dummy.level)}`);
  }

  get count(): number {
    return this.header.numRecords;
  }

  *rows(from?: Buffer): Generator<CyrusDbRow> {
    if (this.dummy === undefined) return;
    let at = from === undefined ? this.next(this.dummy) : this.seek(from);
    let previous: Buffer | undefined;
    const room = new Room(this.header.currentSize);
    while (at !== undefined) {
      const { record, tombstone } = at;
      if (!this.isDisjoint(room, record)) return;
      const tail = this.tail(record);
      if (tail === undefined) return;
      const key = tail.subarray(0, record.keyLength);
      if (previous !== undefined && previous.compare(key) >= 0) {
        this.fault('db-order', record.offset, 'a key above the one before it', printable(key));
        return;
      }
      if (tombstone === undefined) yield rowOf(record, tail);
      previous = key;
      at = this.next(record);
    }
  }

  get(key: Buffer): Buffer | undefined {
    const at = this.seek(key);
    if (at === undefined || at.tombstone !== undefined || at.record.keyLength !== key.length) return undefined;
    const tail = this.tail(at.record);
    if (tail?.compare(key, 0, key.length, 0, key.length) !== 0) return undefined;
    return rowOf(at.record, tail).value;
  }

  verify(visit?: RowVisitor): readonly FormatFault[] {
    if (this.dummy === undefined) return this.faults;
    this.scan();
    this.walk();
    visitRows(this, visit);
    return this.faults;
  }

  /**
   * The first position whose key is not below `key`. Upper links are hints: those into bytes that were never
   * committed are passed over.
   */
  private seek(key: Buffer): Position | undefined {
    let at = this.dummy!;
    let atKey: Buffer | undefined;
    let refused = 0;
    // A record that is refused on one level is met again on another.
    const room = new Room(2 * this.header.currentSize);
    for (let link = MAX_LEVEL; link >= 2; link--) {
      for (;;) {
        const target: number = at.ptrs[link] ?? 0;
        if (target === 0 || target === refused || target >= this.header.currentSize) break;
        const record = this.linked(target, at);
        if (record === undefined || !this.isDisjoint(room, record)) return undefined;
        const tail = hasKey(record) ? this.tail(record) : undefined;
        const below = tail?.subarray(0, record.keyLength);
        if (below === undefined || below.compare(key) >= 0 || (atKey !== undefined && below.compare(atKey) <= 0)) {
          refused = target;
          break;
        }
        at = record;
        atKey = below;
      }
    }
    for (;;) {
      const next = this.next(at);
      if (next === undefined || !this.isDisjoint(room, next.record)) return undefined;
      const tail = this.tail(next.record);
      if (tail === undefined) return undefined;
      const nextKey = tail.subarray(0, next.record.keyLength);
      if (nextKey.compare(key) >= 0) return next;
      if (atKey !== undefined && nextKey.compare(atKey) <= 0) {
        this.fault('db-order', next.record.offset, 'a key above the one before it', printable(nextKey));
        return undefined;
      }
      at = next.record;
      atKey = nextKey;
    }
  }

  /** What follows on level 0 in the committed view; undefined at the end, or at a broken link (a fault). */
  private next(record: TwomRecord): Position | undefined {
    const target = this.levelZeroLink(record);
    if (target === 0) return undefined;
    const next = this.linked(target, record);
    if (next === undefined) return undefined;
    if (next.name !== 'delete') return this.isKeyed(next, record) ? { record: next } : undefined;
    const deleted = this.ancestor(next);
    return deleted !== undefined && this.isKeyed(deleted, next) ? { record: deleted, tombstone: next } : undefined;
  }

  /** False when the records that were passed are longer than the file: some lie inside others (a fault). */
  private isDisjoint(room: Room, record: TwomRecord): boolean {
    if (room.takes(length(record))) return true;
    this.fault('db-link', record.offset, 'records side by side', 'records that overlap');
    return false;
  }

  private isKeyed(record: TwomRecord, from: TwomRecord): boolean {
    if (hasKey(record)) return true;
    this.fault('db-link', from.offset, 'a link to a key', `offset ${String(record.offset)}, a ${record.name} record`);
    return false;
  }

  private levelZeroLink(record: TwomRecord): number {
    const end = this.header.currentSize;
    const [p0 = 0, p1 = 0] = record.ptrs;
    if (p0 >= end) return p1;
    if (p1 >= end) return p0;
    return Math.max(p0, p1);
  }

  /** The record that `record` supersedes or deletes: always an earlier one. */
  private ancestor(record: TwomRecord): TwomRecord | undefined {
    if (record.ancestor < record.offset) return this.linked(record.ancestor, record);
    this.fault('db-link', record.offset, 'an ancestor before it', String(record.ancestor));
    return undefined;
  }

  private linked(target: number, from: TwomRecord): TwomRecord | undefined {
    if (target < FIRST_AT || target >= this.header.currentSize || target % 8 !== 0) {
      this.fault('db-link', from.offset, 'an offset of a record', String(target));
      return undefined;
    }
    return this.record(target);
  }

  /** Key, NUL, value, NUL and padding, in bytes of their own; undefined when they are damaged (a fault). */
  private tail(record: TwomRecord): Buffer | undefined {
    const tail = Buffer.from(this.source.read(record.keyAt, record.end - record.keyAt));
    const computed = this.header.hasChecksums ? xxh3Low32(tail) : 0;
    if (computed !== record.tailSum) {
      this.fault('db-record-crc', record.offset, hex32(computed), hex32(record.tailSum));
      return undefined;
    }
    return tail;
  }

  /** Decodes the head of the record at `offset`; every length is checked against the file before it is used. */
  private record(offset: number): TwomRecord | undefined {
    const limit = this.header.currentSize;
    const head = this.source.read(offset, MAX_HEAD);
    const shape = (expected: string, actual: string): TwomRecord | undefined => {
      this.fault('db-record-shape', offset, expected, actual);
      return undefined;
    };
    if (head.length < 24) return shape('a record', `${String(head.length)} bytes before the end`);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const typeOf = SHAPES[head[0]!];
    if (typeOf === undefined) return shape('a record type', String(head[0]));
    const { name, isFat, pointersAt, ancestorAt, hasTail } = typeOf;
    const { fields } = isFat ? fatHead : skinnyHead;
    if (head.length < pointersAt) return shape('a whole record head', 'the file ends before');
    const level = readNumber(view, 0, fields.level);
    const isKeyed = name === 'add' || name === 'replace';
    const [least, most] = isKeyed ? [1, MAX_LEVEL] : name === 'dummy' ? [MAX_LEVEL, MAX_LEVEL] : [0, 0];
    if (level < least || level > most) return shape(`a level from ${String(least)} to ${String(most)}`, String(level));
    const sumsAt = pointersAt + 8 * (level + 1);
    if (head.length < sumsAt + 8) return shape('a whole record head', 'the file ends before');
    const stored = view.getUint32(sumsAt, true);
    const computed = this.header.hasChecksums ? xxh3Low32(head.subarray(0, sumsAt)) : 0;
    if (stored !== computed) {
      this.fault('db-record-crc', offset, hex32(computed), hex32(stored));
      return undefined;
    }
    const u64 = (at: number): number => view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    const ptrs: number[] = [];
    for (let i = 0; i <= level; i++) ptrs.push(u64(pointersAt + 8 * i));
    const keyAt = offset + sumsAt + 8;
    const record: TwomRecord = {
      offset,
      name,
      level,
      keyLength: readNumber(view, 0, fields.keyLength),
      valueLength: readNumber(view, 0, fields.valueLength),
      ptrs,
      ancestor: ancestorAt === undefined ? 0 : u64(ancestorAt),
      keyAt,
      end: keyAt,
      tailSum: view.getUint32(sumsAt + 4, true),
    };
    if (!hasTail) {
      return keyAt <= limit ? record : shape(`a record within ${String(limit)} bytes`, `it ends at ${String(keyAt)}`);
    }
    const { keyLength, valueLength } = record;
    if (keyLength + valueLength > MAX_ROW_BYTES)
      return shape(`key and value up to ${String(MAX_ROW_BYTES)} bytes`, String(keyLength + valueLength));
    const end = keyAt + tailLength(keyLength, valueLength);
    if (end > limit) return shape(`key and value within ${String(limit)} bytes`, `they end at ${String(end)}`);
    const whole = { ...record, end };
    return this.source.read(keyAt + keyLength, 1)[0] === 0 || isFat ? whole : (this.longKey(whole) ?? whole);
  }

  /** The same record when its key is longer than its length field can say. Source: a bug of builds before April 2026. */
  private longKey(record: TwomRecord): TwomRecord | undefined {
    if (!this.header.hasChecksums) return undefined;
    this.longKeyRoom ??= new Room(LONG_KEY_PASSES * this.header.currentSize);
    for (let round = 1; round <= MAX_KEY_ROUNDS; round++) {
      const keyLength = record.keyLength + round * 65536;
      const end = record.keyAt + tailLength(keyLength, record.valueLength);
      if (end > this.header.currentSize) return undefined;
      if (this.source.read(record.keyAt + keyLength, 1)[0] !== 0) continue;
      if (!this.longKeyRoom.takes(end - record.keyAt)) return undefined;
      if (xxh3Low32(this.source.read(record.keyAt, end - record.keyAt)) === record.tailSum)
        return { ...record, keyLength, end };
    }
    return undefined;
  }

  /** Every committed byte in file order. */
  private scan(): void {
    const { currentSize, numCommits, maxLevel } = this.header;
    let at = FIRST_AT;
    let transaction = FIRST_AT;
    let commits = 0;
    let isOpen = false;
    while (at < currentSize) {
      const record = this.record(at);
      if (record === undefined) return;
      if (record.name === 'dummy') this.fault('db-record-shape', at, 'one dummy record', 'another one');
      if (record.level > maxLevel && hasKey(record))
        this.fault('db-record-shape', at, `a level up to maxlevel ${String(maxLevel)}`, String(record.level));
      this.checkTail(record);
      isOpen = record.name !== 'commit';
      if (record.name === 'commit') {
        commits++;
        const start = record.ptrs[0] ?? 0;
        if (start !== transaction) this.fault('db-transaction', at, `a start at ${String(transaction)}`, String(start));
        transaction = record.end;
      }
      at = record.end;
    }
    if (isOpen) this.fault('db-transaction', at, 'a commit at the end', 'an open transaction');
    if (commits !== numCommits)
      this.fault('db-count', twomHeader.fields.numCommits.at, `${String(commits)} commits`, String(numCommits));
  }

  private checkTail(record: TwomRecord): void {
    const tail = this.tail(record);
    if (tail === undefined || !hasKey(record)) return;
    const { keyLength, valueLength, offset } = record;
    if (keyLength === 0) this.fault('db-record-shape', offset, 'a key', 'no bytes');
    const behind = keyLength + 1 + valueLength;
    if (tail[keyLength] !== 0 || tail.subarray(behind).some((byte) => byte !== 0))
      this.fault('db-record-shape', offset, 'zero bytes behind key and value', 'others');
  }

  /** Level 0 in key order against upper links, ancestors and the counts in the header. */
  private walk(): void {
    const before = this.faults.length;
    const { dirty, numRecords, dirtySize } = this.header;
    const expected: number[] = [...this.dummy!.ptrs];
    let count = 0;
    let superseded = 0;
    // Ancestors of one key are shared with no other key: no record is met twice.
    const room = new Room(this.header.currentSize);
    let previous: Buffer | undefined;
    for (let at = this.next(this.dummy!); at !== undefined; at = this.next(at.record)) {
      const { record, tombstone } = at;
      if (!this.isDisjoint(room, record)) return;
      const key = this.key(record);
      if (previous !== undefined && previous.compare(key) >= 0) {
        this.fault('db-order', record.offset, `a key above ${printable(previous)}`, printable(key));
        return;
      }
      previous = key;
      if (tombstone === undefined) count++;
      else superseded += length(tombstone) + length(record);
      for (let older = record; older.ancestor !== 0;) {
        const next = this.ancestor(older);
        if (next === undefined) {
          this.fault('db-link', older.offset, 'an earlier record', String(older.ancestor));
          return;
        }
        if (!this.isDisjoint(room, next)) return;
        if (next.name !== 'delete' && !(hasKey(next) && this.key(next).equals(key))) {
          this.fault('db-link', older.offset, 'an ancestor with the same key', `offset ${String(next.offset)}`);
          return;
        }
        superseded += length(next);
        older = next;
      }
      if (dirty) continue;
      for (let link = 2; link <= record.level; link++) {
        if (expected[link] !== record.offset)
          this.fault('db-link', record.offset, `skip level ${String(link - 1)} links here`, String(expected[link]));
        expected[link] = record.ptrs[link]!;
      }
    }
    if (this.faults.length > before) return;
    const open = dirty ? -1 : expected.findIndex((offset, link) => link >= 2 && offset !== 0);
    if (open >= 0)
      this.fault('db-link', expected[open]!, `skip level ${String(open - 1)} ends`, `it goes on to ${expected[open]!}`);
    // The counts of a dirty header are made again by recovery.
    if (dirty) return;
    if (count !== numRecords)
      this.fault('db-count', twomHeader.fields.numRecords.at, `${String(count)} records`, String(numRecords));
    if (superseded !== dirtySize)
      this.fault('db-count', twomHeader.fields.dirtySize.at, `${String(superseded)} bytes`, String(dirtySize));
  }

  private key(record: TwomRecord): Buffer {
    return Buffer.from(this.source.read(record.keyAt, record.keyLength));
  }

  private fault(code: FaultCode, offset: number, expected: string, actual: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    if (this.faults.some((f) => f.code === code && f.offset === offset)) return;
    this.faults.push({ code, file: this.file, offset, expected, actual });
  }
}

const hasKey = ({ name }: TwomRecord): boolean => name === 'add' || name === 'replace';
const length = ({ offset, end }: TwomRecord): number => end - offset;

/** Key, NUL, value, NUL, and zeros up to a multiple of 8. */
const tailLength = (key: number, value: number): number => Math.ceil((key + value + 2) / 8) * 8;

function rowOf({ keyLength, valueLength }: TwomRecord, tail: Buffer): CyrusDbRow {
  return { key: tail.subarray(0, keyLength), value: tail.subarray(keyLength + 1, keyLength + 1 + valueLength) };
}

function printable(key: Buffer): string {
  return key.toString('latin1', 0, 80).replace(/[^\x20-\x7e]/g, '.');
}
