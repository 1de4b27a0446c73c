/** Corrects checksums after a mutation, so that what stands behind them is reached. Nothing here is careful: lengths that
 *  lead outside are left alone. */
import { crc32 } from 'node:zlib';
import { xxh3Low32 } from '../../src/bytes/xxh3.js';
import { INDEX_VERSIONS, RECORD_SIZE_EXCEPTIONS } from '../../src/formats/index/versions/all.js';
import { reseal } from '../support/build-index.js';

/** Header and records of a cyrus.index or cyrus.expunge. */
export function resealIndex(bytes: Buffer): void {
  if (bytes.length < 20) return;
  const minor = bytes.readUInt32BE(8);
  const size = bytes.readUInt32BE(16);
  const version =
    RECORD_SIZE_EXCEPTIONS.find((one) => one.minor === minor && one.record.size === size) ?? INDEX_VERSIONS.get(minor);
  if (version === undefined || bytes.length < version.header.size) return;
  const { header, record } = version;
  const headerCrc = header.offsetOf('headerCrc');
  if (headerCrc >= 0) reseal(bytes.subarray(0, headerCrc + 4));
  const recordCrc = record.offsetOf('recordCrc');
  if (recordCrc < 0) return;
  for (let at = header.size; at + record.size <= bytes.length; at += record.size)
    reseal(bytes.subarray(at, at + recordCrc + 4));
}

/** A counters file ends in its checksum. */
export function resealCounters(bytes: Buffer): void {
  if (bytes.length >= 4) reseal(bytes);
}

const MAX_LEVEL = 31;

export function resealTwoskip(bytes: Buffer): void {
  if (bytes.length >= 64) bytes.writeUInt32BE(crc32(bytes.subarray(0, 60)), 60);
  for (let at = 64; at + 24 <= bytes.length;) {
    const length = resealTwoskipRecord(bytes, at);
    at += length ?? 8;
  }
}

/** Length of the record, or undefined when none can begin here. */
function resealTwoskipRecord(bytes: Buffer, at: number): number | undefined {
  const level = bytes[at + 1]!;
  if (!'=+-$'.includes(String.fromCharCode(bytes[at]!)) || level > MAX_LEVEL) return undefined;
  let keyLength = bytes.readUInt16BE(at + 2);
  let valueLength = bytes.readUInt32BE(at + 4);
  let head = 8;
  const wide = (): number => {
    const value = at + head + 8 <= bytes.length ? Number(bytes.readBigUInt64BE(at + head)) : Infinity;
    head += 8;
    return value;
  };
  if (keyLength === 0xffff) keyLength = wide();
  if (valueLength === 0xffffffff) valueLength = wide();
  head += 8 * (level + 1);
  if (at + head + 8 > bytes.length) return undefined;
  bytes.writeUInt32BE(crc32(bytes.subarray(at, at + head)), at + head);
  const end = at + head + 8 + Math.ceil((keyLength + valueLength) / 8) * 8;
  if (end > bytes.length) return undefined;
  bytes.writeUInt32BE(crc32(bytes.subarray(at + head + 8, end)), at + head + 4);
  return end - at;
}

/** Where the pointers of each record type of twom begin. */
const TWOM_POINTERS = [0, 8, 8, 24, 16, 32, 8, 8];

export function resealTwom(bytes: Buffer): void {
  if (bytes.length < 96) return;
  const hasSums = (bytes.readUInt32LE(36) & 0x08000000) === 0;
  const sum = (from: number, to: number): number => (hasSums ? xxh3Low32(bytes.subarray(from, to)) : 0);
  bytes.writeUInt32LE(sum(0, 92), 92);
  for (let at = 96; at + 24 <= bytes.length;) {
    const type = bytes[at]!;
    const level = bytes[at + 1]!;
    const sumsAt = at + (TWOM_POINTERS[type] ?? 0) + 8 * (level + 1);
    if (type === 0 || type > 7 || level > MAX_LEVEL || sumsAt + 8 > bytes.length) {
      at += 8;
      continue;
    }
    bytes.writeUInt32LE(sum(at, sumsAt), sumsAt);
    const isFat = type === 3 || type === 5;
    const keyLength = isFat ? Number(bytes.readBigUInt64LE(at + 8)) : bytes.readUInt16LE(at + 2);
    const valueLength = isFat ? Number(bytes.readBigUInt64LE(at + 16)) : bytes.readUInt32LE(at + 4);
    const hasTail = type >= 2 && type <= 5;
    const end = sumsAt + 8 + (hasTail ? Math.ceil((keyLength + valueLength + 2) / 8) * 8 : 0);
    if (end > bytes.length) {
      at = sumsAt + 8;
      continue;
    }
    bytes.writeUInt32LE(sum(sumsAt + 8, end), sumsAt + 4);
    at = end;
  }
}
