import { crc32 } from 'node:zlib';
import { twoskipHeader } from '../build-twoskip.js';

const START = 336;
const MAX_LEVEL = 31;
const PART = 1024 * 1024;

/**
 * A twoskip database too large for memory, as parts at their offsets: the records as one transaction, then header and
 * dummy. Rows are in key order; `count` is how many. Every 2^n-th record reaches level n + 1, so that the records that
 * a record links to are known only when they come: the heads of unfinished records are kept until then.
 */
export function* twoskipParts(
  count: number,
  rows: Iterable<readonly [key: Buffer, value: Buffer]>,
): Generator<{ readonly offset: number; readonly bytes: Buffer }> {
  const levelOf = (i: number): number => Math.min(MAX_LEVEL, 1 + trailingZeros(i + 1));
  // Sizes first: two passes over the rows would need them twice, so all heads are kept instead, without their keys.
  const offsets = new Float64Array(count);
  const heads: Buffer[] = [];
  let at = START;
  let part: Buffer[] = [];
  let partAt = at;
  let partLength = 0;
  let i = 0;
  for (const [key, value] of rows) {
    const level = levelOf(i);
    const head = Buffer.alloc(16 + 8 * (level + 1));
    head.write('+', 0, 'latin1');
    head.writeUInt8(level, 1);
    head.writeUInt16BE(key.length, 2);
    head.writeUInt32BE(value.length, 4);
    const tail = Buffer.alloc(Math.ceil((key.length + value.length) / 8) * 8);
    key.copy(tail);
    value.copy(tail, key.length);
    head.writeUInt32BE(crc32(tail), head.length - 4);
    offsets[i++] = at;
    heads.push(head);
    part.push(Buffer.alloc(head.length), tail);
    partLength += head.length + tail.length;
    at += head.length + tail.length;
    if (partLength >= PART) {
      yield { offset: partAt, bytes: Buffer.concat(part) };
      part = [];
      partAt = at;
      partLength = 0;
    }
  }
  if (i !== count) throw new Error(`${String(i)} rows, not ${String(count)}`);
  yield { offset: partAt, bytes: Buffer.concat(part) };
  const after = new Array<number>(MAX_LEVEL + 1).fill(0);
  const finish = (head: Buffer, level: number): void => {
    head.writeBigUInt64BE(BigInt(after[1]!), 8);
    for (let link = 2; link <= level; link++) head.writeBigUInt64BE(BigInt(after[link]!), 8 + 8 * link);
    head.writeUInt32BE(crc32(head.subarray(0, head.length - 8)), head.length - 8);
  };
  for (let n = count - 1; n >= 0; n--) {
    finish(heads[n]!, levelOf(n));
    after.fill(offsets[n]!, 1, levelOf(n) + 1);
    yield { offset: offsets[n]!, bytes: heads[n]! };
  }
  const dummy = Buffer.alloc(272);
  dummy.write('=', 0, 'latin1');
  dummy.writeUInt8(MAX_LEVEL, 1);
  finish(dummy, MAX_LEVEL);
  const commit = Buffer.alloc(count === 0 ? 0 : 24);
  if (count > 0) {
    commit.write('$', 0, 'latin1');
    commit.writeBigUInt64BE(BigInt(START), 8);
    commit.writeUInt32BE(crc32(commit.subarray(0, 16)), 16);
    yield { offset: at, bytes: commit };
  }
  yield { offset: 0, bytes: Buffer.concat([twoskipHeader({ count, size: at + commit.length }), dummy]) };
}

const trailingZeros = (n: number): number => 31 - Math.clz32(n & -n);
