import type { ByteSource } from '../../../bytes/byte-source.js';
import { crc32 } from '../../../bytes/crc32.js';
import { readNumber, readU64 } from '../../../bytes/layout.js';
import type { FaultCode, FormatFault } from '../../../model/fault.js';
import { hex32 } from '../../index/read-header.js';
import type { CyrusDb, CyrusDbRow } from '../cyrusdb.js';
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

interface TwoskipRecord {
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
    const before = from === undefined ? this.dummy : this.lastBelow(from);
    if (before === undefined) return;
    let at = this.next(before);
    let previous: Buffer | undefined;
    while (at !== undefined) {
      const key = this.key(at);
      if (previous !== undefined && previous.compare(key) >= 0) {
        this.fault('db-order', at.offset, 'a key above the one before it', printable(key));
        return;
      }
      const value = this.value(at);
      if (value === undefined) return;
      yield { key, value };
      previous = key;
      at = this.next(at);
    }
  }

  get(key: Buffer): Buffer | undefined {
    const below = this.lastBelow(key);
    if (below === undefined) return undefined;
    const at = this.next(below);
    return at !== undefined && this.key(at).equals(key) ? this.value(at) : undefined;
  }

  verify(): readonly FormatFault[] {
    if (this.dummy !== undefined) {
      this.scan();
      this.walk();
    }
    return this.faults;
  }

  /**
   * The last record whose key is below `key`; upper links are hints, and those into uncommitted bytes are skipped.
   * Undefined when a record on the way is damaged (a fault): its key would lead past what is looked for.
   */
  private lastBelow(key: Buffer): TwoskipRecord | undefined {
    let at = this.dummy;
    if (at === undefined) return undefined;
    let atKey: Buffer | undefined;
    for (let link = MAX_LEVEL; link >= 2; link--) {
      for (;;) {
        const target: number = at.ptrs[link] ?? 0;
        if (target === 0 || target >= this.header.currentSize) break;
        const next: TwoskipRecord | undefined = this.record(target);
        if (next?.type !== TYPE.record) break;
        const nextKey = this.checkedKey(next);
        if (nextKey === undefined) return undefined;
        // A link to a record that is not below the key, or that would lead backwards, is no use.
        if (nextKey.compare(key) >= 0 || (atKey !== undefined && nextKey.compare(atKey) <= 0)) break;
        at = next;
        atKey = nextKey;
      }
    }
    for (;;) {
      const next = this.next(at);
      if (next === undefined) return at;
      const nextKey = this.checkedKey(next);
      if (nextKey === undefined) return undefined;
      if (nextKey.compare(key) >= 0) return at;
      if (atKey !== undefined && nextKey.compare(atKey) <= 0) {
        this.fault('db-order', next.offset, 'a key above the one before it', printable(nextKey));
        return undefined;
      }
      at = next;
      atKey = nextKey;
    }
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

  private key(record: TwoskipRecord): Buffer {
    return Buffer.from(this.source.read(record.keyAt, record.keyLength));
  }

  private value(record: TwoskipRecord): Buffer | undefined {
    const tail = this.checkedTail(record);
    return tail === undefined
      ? undefined
      : Buffer.from(tail.subarray(record.keyLength, record.keyLength + record.valueLength));
  }

  private checkedKey(record: TwoskipRecord): Buffer | undefined {
    const tail = this.checkedTail(record);
    return tail === undefined ? undefined : Buffer.from(tail.subarray(0, record.keyLength));
  }

  /** Key and value, unless their checksum is wrong (a fault); valid until the next read. */
  private checkedTail(record: TwoskipRecord): Buffer | undefined {
    const tail = this.source.read(record.keyAt, record.end - record.keyAt);
    const computed = crc32(tail);
    if (computed === record.tailCrc) return tail;
    this.fault('db-record-crc', record.offset, hex32(computed), hex32(record.tailCrc));
    return undefined;
  }

  /** Decodes the head of the record at `offset`; every length is checked against the file before it is used. */
  private record(offset: number): TwoskipRecord | undefined {
    const limit = this.source.size;
    const head = this.source.read(offset, 8 + 16 + 8 * (MAX_LEVEL + 1) + 8);
    const shape = (expected: string, actual: string): undefined => {
      this.fault('db-record-shape', offset, expected, actual);
      return undefined;
    };
    if (head.length < 24) {
      shape('a record', `${String(head.length)} bytes before the end`);
      return;
    }
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const type = head[0]!;
    const level = head[1]!;
    if (type !== TYPE.record && type !== TYPE.delete && type !== TYPE.commit && type !== TYPE.dummy) {
      shape('a record type', `0x${type.toString(16)}`);
      return;
    }
    if (level > MAX_LEVEL) {
      shape(`a level up to ${String(MAX_LEVEL)}`, String(level));
      return;
    }
    let keyLength = view.getUint16(2);
    let valueLength = view.getUint32(4);
    let at = 8;
    if (keyLength === 0xffff) {
      keyLength = readU64(view, at);
      at += 8;
    }
    if (valueLength === 0xffffffff) {
      valueLength = readU64(view, at);
      at += 8;
    }
    if (head.length < at + 8 * (level + 1) + 8) {
      shape('a whole record head', 'the file ends before');
      return;
    }
    const ptrs: number[] = [];
    for (let i = 0; i <= level; i++) ptrs.push(readU64(view, at + 8 * i));
    at += 8 * (level + 1);
    const headCrc = view.getUint32(at);
    const computed = crc32(head, 0, at);
    if (headCrc !== computed) {
      this.fault('db-record-crc', offset, hex32(computed), hex32(headCrc));
      return undefined;
    }
    const keyAt = offset + at + 8;
    const end = keyAt + Math.ceil((keyLength + valueLength) / 8) * 8;
    if (end > limit) {
      shape(`key and value within ${String(limit)} bytes`, `they end at ${String(end)}`);
      return;
    }
    return { offset, type, level, keyLength, valueLength, ptrs, keyAt, end, tailCrc: view.getUint32(at + 4) };
  }

  /** Every committed byte in file order: records with good checksums, in transactions that tile the file. */
  private scan(): void {
    const end = this.header.currentSize;
    let at = DUMMY_AT + DUMMY_SIZE;
    let transaction = at;
    let last: number = TYPE.dummy;
    while (at < end) {
      if (this.source.read(at, 8).equals(BLANK)) {
        at += 8;
        continue;
      }
      const record = this.record(at);
      if (record === undefined) return;
      if (record.end > end) {
        this.fault('db-record-shape', at, `a record within ${String(end)} bytes`, `it ends at ${String(record.end)}`);
        return;
      }
      const tail = this.source.read(record.keyAt, record.end - record.keyAt);
      const computed = crc32(tail);
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
  private walk(): void {
    const before = this.faults.length;
    const expected: number[] = [...this.dummy!.ptrs];
    let count = 0;
    let previous: Buffer | undefined;
    for (let at = this.next(this.dummy!); at !== undefined; at = this.next(at)) {
      const key = this.key(at);
      if (previous !== undefined && previous.compare(key) >= 0) {
        this.fault('db-order', at.offset, `a key above ${printable(previous)}`, printable(key));
        return;
      }
      previous = key;
      count++;
      if (this.header.dirty) continue;
      for (let link = 2; link <= at.level; link++) {
        if (expected[link] !== at.offset) {
          this.fault('db-link', at.offset, `skip level ${String(link - 1)} links here`, String(expected[link]));
        }
        expected[link] = at.ptrs[link]!;
      }
    }
    if (this.faults.length > before) return;
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
    if (count !== this.header.numRecords) {
      this.fault('db-count', 32, `${String(count)} records`, String(this.header.numRecords));
    }
  }

  private fault(code: FaultCode, offset: number, expected: string, actual: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    if (this.faults.some((f) => f.code === code && f.offset === offset)) return;
    this.faults.push({ code, file: this.file, offset, expected, actual });
  }
}

/** A key as text, with control bytes shown as dots and cut to a length that fits a line. */
function printable(key: Buffer): string {
  return key.toString('latin1', 0, 80).replace(/[^\x20-\x7e]/g, '.');
}
