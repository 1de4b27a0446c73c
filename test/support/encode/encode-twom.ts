import { xxh3Low32 } from '../../../src/bytes/xxh3.js';

/** One change: a value is stored under the key, or the key is deleted when there is none. */
export type TwomChange = readonly [key: Buffer, value: Buffer | undefined];

interface Written {
  readonly offset: number;
  readonly type: number;
  readonly level: number;
  readonly ancestor: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly length: number;
}

/** One key that was ever stored: its last record, and the tombstone when it is deleted. */
interface Place {
  readonly record: Written;
  readonly tombstone?: Written;
}

const FIRST = 0x170;
const [ADD, FATADD, REPLACE, FATREPLACE, DELETE, COMMIT] = [2, 3, 4, 5, 6, 7] as const;

export interface TwomOptions {
  /** Records behind the committed end, linked to as a writer does that was killed. */
  readonly uncommitted?: readonly TwomChange[];
  readonly checksums?: boolean;
  /** Write keys above 65535 bytes into the short form, as builds before April 2026 did. */
  readonly shortKeyLengths?: boolean;
}

/**
 * A twom database of several transactions, written from cyrusdb.md section 7: replaced records and tombstones stay in
 * the file with their ancestors, and junk lies behind the committed end. No twom file of a server was at hand.
 */
export function encodeTwom(
  transactions: readonly (readonly TwomChange[])[],
  { uncommitted = [], checksums = true, shortKeyLengths = false }: TwomOptions = {},
): Buffer {
  const places = new Map<string, Place>();
  const records: Written[] = [];
  const commits: { offset: number; start: number }[] = [];
  let end = FIRST;
  let added = 0;
  let dirtySize = 0;
  let maxLevel = 0;

  const write = (type: number, level: number, ancestor: number, key: Buffer, value: Buffer): Written => {
    const length = headLength(type, level) + 8 + tailOf(type, key, value).length;
    const record = { offset: end, type, level, ancestor, key, value, length };
    records.push(record);
    end += length;
    return record;
  };
  const apply = ([key, value]: TwomChange): void => {
    const name = key.toString('latin1');
    const place = places.get(name);
    if (value === undefined) {
      if (place === undefined || place.tombstone !== undefined) return;
      const tombstone = write(DELETE, 0, place.record.offset, Buffer.alloc(0), Buffer.alloc(0));
      dirtySize += tombstone.length + place.record.length;
      places.set(name, { record: place.record, tombstone });
      return;
    }
    const isFat = key.length > 0xffff && !shortKeyLengths;
    if (place === undefined) {
      added++;
      const level = Math.min(31, 1 + trailingZeros(added));
      maxLevel = Math.max(maxLevel, level);
      places.set(name, { record: write(isFat ? FATADD : ADD, level, 0, key, value) });
      return;
    }
    // The bytes of a deleted record were counted when it was deleted.
    if (place.tombstone === undefined) dirtySize += place.record.length;
    const ancestor = (place.tombstone ?? place.record).offset;
    places.set(name, { record: write(isFat ? FATREPLACE : REPLACE, place.record.level, ancestor, key, value) });
  };
  for (const changes of transactions) {
    const start = end;
    for (const change of changes) apply(change);
    commits.push({ offset: end, start });
    end += 24;
  }
  const committed = linksOf(places);
  const count = [...places.values()].filter(({ tombstone }) => tombstone === undefined).length;
  const header = { count, commits: commits.length, dirtySize, size: end, maxLevel, dirty: uncommitted.length > 0 };
  for (const change of uncommitted) apply(change);
  const latest = linksOf(places);

  const file = Buffer.alloc(Math.ceil((end + 1) / 16384) * 16384, 0xaa);
  const sum = (bytes: Buffer): number => (checksums ? xxh3Low32(bytes) : 0);
  const put = ({ offset, type, level, ancestor, key, value }: Written, links: readonly number[]): void => {
    const at = headLength(type, level);
    const tail = tailOf(type, key, value);
    const head = Buffer.alloc(at);
    head[0] = type;
    head[1] = level;
    const isFat = type === FATADD || type === FATREPLACE;
    if (isFat) {
      head.writeBigUInt64LE(BigInt(key.length), 8);
      head.writeBigUInt64LE(BigInt(value.length), 16);
    } else {
      head.writeUInt16LE(key.length & 0xffff, 2);
      head.writeUInt32LE(value.length, 4);
    }
    const pointers = at - 8 * (level + 1);
    if (type === REPLACE || type === FATREPLACE) head.writeBigUInt64LE(BigInt(ancestor), pointers - 8);
    for (const [i, link] of links.entries()) head.writeBigUInt64LE(BigInt(link), pointers + 8 * i);
    head.copy(file, offset);
    file.writeUInt32LE(sum(head), offset + at);
    file.writeUInt32LE(sum(tail), offset + at + 4);
    tail.copy(file, offset + at + 8);
  };
  const empty = Buffer.alloc(0);
  put(
    { offset: 96, type: 1, level: 31, ancestor: 0, key: empty, value: empty, length: 272 },
    both(96, 31, committed, latest),
  );
  for (const record of records) {
    const { offset, type, level, ancestor } = record;
    put(record, type === DELETE ? [ancestor] : both(offset, level, committed, latest));
  }
  for (const { offset, start } of commits) {
    put({ offset, type: COMMIT, level: 0, ancestor: 0, key: empty, value: empty, length: 24 }, [start]);
  }
  encodeHeader(header, checksums).copy(file);
  return file;
}

/** Links of level 0 and of the skip levels, by the offset of the record that has them. */
type Links = ReadonlyMap<number, readonly number[]>;

function linksOf(places: ReadonlyMap<string, Place>): Links {
  const links = new Map<number, number[]>();
  const after = new Array<number>(32).fill(0);
  const ordered = [...places.values()].sort((a, b) => Buffer.compare(b.record.key, a.record.key));
  for (const { record, tombstone } of ordered) {
    links.set(record.offset, after.slice(0, record.level));
    after.fill(record.offset, 0, record.level);
    if (tombstone !== undefined) after[0] = tombstone.offset;
  }
  links.set(96, after.slice(0, 31));
  return links;
}

/** The first word of level 0 keeps the committed link, the second gets that of an open transaction. */
function both(offset: number, level: number, committed: Links, latest: Links): number[] {
  const old = committed.get(offset);
  const now = latest.get(offset) ?? old;
  if (now === undefined) return new Array<number>(level + 1).fill(0);
  const first = old?.[0] ?? 0;
  return [first, now[0] === first ? 0 : now[0]!, ...now.slice(1)];
}

function encodeHeader(
  fields: { count: number; commits: number; dirtySize: number; size: number; maxLevel: number; dirty: boolean },
  checksums: boolean,
): Buffer {
  const header = Buffer.alloc(96);
  Buffer.from('a1028b0d74776f6d66696c6500000000', 'hex').copy(header);
  Buffer.from('cyraudit-test-uu').copy(header, 16);
  header.writeUInt32LE(1, 32);
  header.writeUInt32LE((checksums ? 0x10000000 : 0x08000000) | (fields.dirty ? 1 : 0), 36);
  const words = [1, fields.count, fields.commits, fields.dirtySize, FIRST, fields.size];
  for (const [i, word] of words.entries()) header.writeBigUInt64LE(BigInt(word), 40 + 8 * i);
  header.writeUInt32LE(fields.maxLevel, 88);
  if (checksums) header.writeUInt32LE(xxh3Low32(header.subarray(0, 92)), 92);
  return header;
}

/** Bytes before the checksums. */
function headLength(type: number, level: number): number {
  const pointers = { [FATADD]: 24, [REPLACE]: 16, [FATREPLACE]: 32 }[type] ?? 8;
  return pointers + 8 * (level + 1);
}

function tailOf(type: number, key: Buffer, value: Buffer): Buffer {
  if (type === DELETE || type === COMMIT || type === 1) return Buffer.alloc(0);
  const tail = Buffer.alloc(Math.ceil((key.length + value.length + 2) / 8) * 8);
  key.copy(tail);
  value.copy(tail, key.length + 1);
  return tail;
}

const trailingZeros = (n: number): number => 31 - Math.clz32(n & -n);
