import { crc32 } from '../../bytes/crc32.js';
import type { FormatFault } from '../../model/fault.js';
import type { CacheBytes } from './cache-bytes.js';
import { CACHE_ALIGNMENT, CACHE_ITEMS, MAX_CACHE_RECORD, MIN_CACHE_RECORD, cacheHeader } from './layout.js';

/** A fault that knows neither its file nor the message. */
export type CacheProblem = Omit<FormatFault, 'file' | 'uid'>;

/** Where one record and its items lie. One object serves for all records of a file. */
export class CacheRecord {
  /** In the file. */
  offset = 0;
  /** In the window of its bytes, valid until the next record is read. */
  base = 0;
  /** With the padding of the last item; after a failure, as far as it was followed. */
  length = 0;
  /** Where the bytes of each item begin, from the start of the record. */
  readonly itemAt = new Uint32Array(CACHE_ITEMS.length);
  /** Their lengths without padding. */
  readonly itemLength = new Uint32Array(CACHE_ITEMS.length);
}

/** The generation that the file was written for. */
export function cacheGeneration(source: CacheBytes): number | undefined {
  const at = source.hold(0, cacheHeader.size);
  return at < 0 ? undefined : source.bytes.readUInt32BE(at + cacheHeader.offsetOf('generation'));
}

/**
 * Finds the items of the record at `offset` and holds all of it in the window of `source`.
 * Source: cache_parserecord, imap/mailbox.c 3.6.7.
 * @returns undefined when all ten items lie inside the file
 */
export function readCacheRecord(source: CacheBytes, offset: number, record: CacheRecord): CacheProblem | undefined {
  record.offset = offset;
  record.length = 0;
  const room = Math.min(source.size - offset, MAX_CACHE_RECORD);
  if (offset < cacheHeader.size || room < MIN_CACHE_RECORD) {
    return {
      code: 'cache-record-outside',
      offset,
      expected: `a record between byte ${String(cacheHeader.size)} and the end of ${String(source.size)} bytes`,
      actual: `one at byte ${String(offset)}`,
    };
  }
  let at = 0;
  for (let item = 0; item < CACHE_ITEMS.length; item++) {
    record.length = at;
    const base = source.hold(offset, at + 4);
    if (base < 0) return shrunk(offset + at);
    const length = source.bytes.readUInt32BE(base + at);
    // The lengths of the items after this one have to fit as well.
    const limit = room - at - 4 * (CACHE_ITEMS.length - item);
    const padded = length + ((CACHE_ALIGNMENT - (length % CACHE_ALIGNMENT)) % CACHE_ALIGNMENT);
    if (padded > limit) {
      return {
        code: 'cache-item-length',
        offset: offset + at,
        expected: `${CACHE_ITEMS[item]!} of at most ${String(limit)} bytes`,
        actual: `${String(length)} bytes`,
      };
    }
    record.itemAt[item] = at + 4;
    record.itemLength[item] = length;
    at += 4 + padded;
  }
  record.length = at;
  record.base = source.hold(offset, at);
  return record.base < 0 ? shrunk(offset + at) : undefined;
}

function shrunk(offset: number): CacheProblem {
  return { code: 'cache-record-outside', offset, expected: 'the file as long as it was', actual: 'its end' };
}

/** The checksum that the index keeps as cache_crc. Call it before another record is read. */
export function cacheRecordCrc(source: CacheBytes, record: CacheRecord): number {
  return crc32(source.bytes, record.base, record.base + record.length);
}
