import { crc32 } from 'node:zlib';

const START = 336;
const DUMMY_LEVEL = 31;

type Rows = readonly (readonly [key: Buffer, value: Buffer])[];

const levelOf = (i: number): number => Math.min(DUMMY_LEVEL, 1 + trailingZeros(i + 1));

/** Where the records of such a database begin. */
export function offsetsOf(rows: Rows): number[] {
  let end = START;
  return rows.map(([key, value], i) => {
    const offset = end;
    end += recordSize(levelOf(i), key.length, value.length);
    return offset;
  });
}

/**
 * A twoskip database as one transaction, written from cyrusdb.md section 3 and with zlib's CRC, so that nothing of the
 * reader is in it. Rows must be in key order. Every 2^n-th record reaches level n + 1.
 */
export function buildTwoskip(rows: Rows): Buffer {
  const levels = rows.map((_, i) => levelOf(i));
  const offsets = offsetsOf(rows);
  const after = new Array<number>(DUMMY_LEVEL + 1).fill(0);
  const records: Buffer[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    const [key, value] = rows[i]!;
    const level = levels[i]!;
    // The second of the two links on level 0 was never used.
    const ptrs = [after[1]!, 0, ...after.slice(2, level + 1)];
    records.unshift(encode('+', level, ptrs, key, value));
    for (let link = 1; link <= level; link++) after[link] = offsets[i]!;
  }
  const nothing = Buffer.alloc(0);
  const dummy = encode('=', DUMMY_LEVEL, [after[1]!, 0, ...after.slice(2)], nothing, nothing);
  const commit = rows.length === 0 ? nothing : encode('$', 0, [START], nothing, nothing);
  const body = Buffer.concat([dummy, ...records, commit]);
  return Buffer.concat([twoskipHeader({ count: rows.length, size: 64 + body.length }), body]);
}

/** Header bytes of a database of `size` bytes. */
export function twoskipHeader({
  count,
  size,
  dirty = false,
}: {
  count: number;
  size: number;
  dirty?: boolean;
}): Buffer {
  const header = Buffer.alloc(64);
  Buffer.from('a1028b0d74776f736b69702066696c6500000000', 'hex').copy(header);
  header.writeUInt32BE(1, 20);
  header.writeBigUInt64BE(1n, 24);
  header.writeBigUInt64BE(BigInt(count), 32);
  header.writeBigUInt64BE(BigInt(START), 40);
  header.writeBigUInt64BE(BigInt(size), 48);
  header.writeUInt32BE(dirty ? 1 : 0, 56);
  header.writeUInt32BE(crc32(header.subarray(0, 60)), 60);
  return header;
}

const trailingZeros = (n: number): number => 31 - Math.clz32(n & -n);

const padded = (n: number): number => Math.ceil(n / 8) * 8;

const recordSize = (level: number, key: number, value: number): number => 8 + 8 * (level + 1) + 8 + padded(key + value);

function encode(type: string, level: number, ptrs: readonly number[], key: Buffer, value: Buffer): Buffer {
  const record = Buffer.alloc(recordSize(level, key.length, value.length));
  record.write(type, 0, 'latin1');
  record.writeUInt8(level, 1);
  record.writeUInt16BE(key.length, 2);
  record.writeUInt32BE(value.length, 4);
  for (const [i, ptr] of ptrs.entries()) record.writeBigUInt64BE(BigInt(ptr), 8 + 8 * i);
  const head = 8 + 8 * ptrs.length;
  record.writeUInt32BE(crc32(record.subarray(0, head)), head);
  key.copy(record, head + 8);
  value.copy(record, head + 8 + key.length);
  const tail = record.subarray(head + 8);
  record.writeUInt32BE(tail.length === 0 ? 0 : crc32(tail), head + 4);
  return record;
}
