import { crc32 } from 'node:zlib';
import { twoskipHeader } from '../build-twoskip.js';

const START = 336;
const MAX_LEVEL = 31;
const PART = 1024 * 1024;

type Rows = readonly (readonly [key: Buffer, value: Buffer])[];

/**
 * What `buildTwoskip` makes, as parts at their offsets, for databases with millions of rows. Rows are in key order.
 * Every 2^n-th record reaches level n + 1, so that it is known beforehand which records a record links to.
 */
export function* twoskipParts(rows: Rows): Generator<{ readonly offset: number; readonly bytes: Buffer }> {
  const offsets = new Float64Array(rows.length);
  let end = START;
  for (const [i, [key, value]] of rows.entries()) {
    offsets[i] = end;
    end += headSize(levelOf(i)) + padded(key.length + value.length);
  }
  /** Offset of the next record from the n-th on that is in the list of this level; 0 = none. */
  const next = (n: number, level: number): number =>
    offsets[Math.ceil((n + 1) / 2 ** (level - 1)) * 2 ** (level - 1) - 1] ?? 0;

  let part = Buffer.alloc(PART);
  let partAt = START;
  let filled = 0;
  for (const [i, [key, value]] of rows.entries()) {
    const level = levelOf(i);
    const head = headSize(level);
    const size = head + padded(key.length + value.length);
    if (filled + size > part.length) {
      yield { offset: partAt, bytes: part.subarray(0, filled) };
      partAt += filled;
      filled = 0;
      part = Buffer.alloc(Math.max(PART, size));
    }
    key.copy(part, filled + head);
    value.copy(part, filled + head + key.length);
    part.write('+', filled, 'latin1');
    part.writeUInt8(level, filled + 1);
    part.writeUInt16BE(key.length, filled + 2);
    part.writeUInt32BE(value.length, filled + 4);
    part.writeUInt32BE(crc32(part.subarray(filled + head, filled + size)), filled + head - 4);
    writeLinks(part, filled, level, (link) => next(i + 1, link));
    filled += size;
  }
  yield { offset: partAt, bytes: part.subarray(0, filled) };

  const commit = Buffer.alloc(rows.length === 0 ? 0 : 24);
  if (rows.length > 0) {
    commit.write('$', 0, 'latin1');
    commit.writeBigUInt64BE(BigInt(START), 8);
    commit.writeUInt32BE(crc32(commit.subarray(0, 16)), 16);
    yield { offset: end, bytes: commit };
  }
  const dummy = Buffer.alloc(headSize(MAX_LEVEL));
  dummy.write('=', 0, 'latin1');
  dummy.writeUInt8(MAX_LEVEL, 1);
  writeLinks(dummy, 0, MAX_LEVEL, (link) => next(0, link));
  const header = twoskipHeader({ count: rows.length, size: end + commit.length });
  yield { offset: 0, bytes: Buffer.concat([header, dummy]) };
}

const levelOf = (i: number): number => Math.min(MAX_LEVEL, 32 - Math.clz32((i + 1) & -(i + 1)));

const padded = (n: number): number => Math.ceil(n / 8) * 8;

/** Type, level and lengths, one link more than levels, both checksums. */
const headSize = (level: number): number => 8 + 8 * (level + 1) + 8;

/** The second of the two links on level 0 was never used. */
function writeLinks(bytes: Buffer, at: number, level: number, linkOf: (link: number) => number): void {
  for (let link = 1; link <= level; link++) {
    const place = at + (link === 1 ? 8 : 8 + 8 * link);
    bytes.writeUInt32BE(Math.floor(linkOf(link) / 2 ** 32), place);
    bytes.writeUInt32BE(linkOf(link) % 2 ** 32, place + 4);
  }
  const end = at + headSize(level) - 8;
  bytes.writeUInt32BE(crc32(bytes.subarray(at, end)), end);
}
