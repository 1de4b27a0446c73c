import type { CacheBytes } from '../../src/formats/cache/cache-bytes.js';

/** A cache that is in memory as a whole. */
export function wholeCache(bytes: Buffer): CacheBytes {
  return {
    size: bytes.length,
    bytes,
    hold: (offset, length) => (offset + length <= bytes.length ? offset : -1),
  };
}
