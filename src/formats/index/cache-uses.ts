import type { RecordBlock, RecordOffsets } from './scan-records.js';

/** Records of an index by the places of their cache records, in columns: objects would cost more than the check. */
export class CacheUses {
  count = 0;
  /** In cyrus.cache. */
  offset = new Float64Array(0);
  uid = new Uint32Array(0);
  systemFlags = new Uint32Array(0);
  cacheVersion = new Uint16Array(0);
  /** 0 = not recorded. */
  cacheCrc = new Uint32Array(0);
  /** First four bytes of the GUID, enough to tell two messages apart; 0 where the version has none. */
  guidHead = new Uint32Array(0);
  /** Position in the index: it orders records that share a cache record. */
  private position = new Uint32Array(0);

  constructor(private readonly capacity: number) {}

  add(view: DataView, base: number, o: RecordOffsets, offset: number, position: number): void {
    if (this.count === this.offset.length) this.grow(Math.min(Math.max(1024, this.count * 2), 2 * this.capacity));
    const n = this.count++;
    this.offset[n] = offset;
    this.position[n] = position;
    this.uid[n] = view.getUint32(base + o.uid);
    this.systemFlags[n] = view.getUint32(base + o.systemFlags);
    this.cacheVersion[n] = view.getUint16(base + o.cacheVersion + 2);
    this.cacheCrc[n] = o.cacheCrc < 0 ? 0 : view.getUint32(base + o.cacheCrc);
    this.guidHead[n] = o.guid < 0 ? 0 : view.getUint32(base + o.guid);
  }

  get isFull(): boolean {
    return this.count === 2 * this.capacity;
  }

  /** Puts the records in order and keeps the lowest `capacity`; returns whether any was dropped. */
  settle(): boolean {
    this.sort();
    if (this.count <= this.capacity) return false;
    this.count = this.capacity;
    return true;
  }

  last(): { offset: number; position: number } {
    return { offset: this.offset[this.count - 1]!, position: this.position[this.count - 1]! };
  }

  private sort(): void {
    const { offset, position, count } = this;
    let isSorted = true;
    for (let n = 1; isSorted && n < count; n++)
      isSorted = offset[n]! > offset[n - 1]! || (offset[n]! === offset[n - 1]! && position[n]! > position[n - 1]!);
    if (isSorted) return;
    const order = new Uint32Array(count);
    for (let n = 0; n < count; n++) order[n] = n;
    order.sort((a, b) => offset[a]! - offset[b]! || position[a]! - position[b]!);
    for (const column of this.columns()) {
      const unsorted = column.slice(0, count);
      for (let n = 0; n < count; n++) column[n] = unsorted[order[n]!]!;
    }
  }

  private columns(): readonly (Float64Array | Uint32Array | Uint16Array)[] {
    const { offset, position, uid, systemFlags, cacheVersion, cacheCrc, guidHead } = this;
    return [offset, position, uid, systemFlags, cacheVersion, cacheCrc, guidHead];
  }

  private grow(length: number): void {
    const grown = <T extends Float64Array | Uint32Array | Uint16Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.offset = grown(this.offset, new Float64Array(length));
    this.uid = grown(this.uid, new Uint32Array(length));
    this.systemFlags = grown(this.systemFlags, new Uint32Array(length));
    this.cacheVersion = grown(this.cacheVersion, new Uint16Array(length));
    this.cacheCrc = grown(this.cacheCrc, new Uint32Array(length));
    this.guidHead = grown(this.guidHead, new Uint32Array(length));
    this.position = grown(this.position, new Uint32Array(length));
  }
}

/** Records in one batch: 15 MiB of columns when an index has more. */
const BATCH = 256 * 1024;

/**
 * Where the cache record of an index record lies; 0 = it has none. From 3.2 on the upper half of cache_version holds
 * bits 32 to 47. Source: mailbox_buf_to_index_record, imap/mailbox.c 3.6.7.
 */
export function cacheOffsetOf(view: DataView, base: number, o: RecordOffsets): number {
  return view.getUint16(base + o.cacheVersion) * 0x100000000 + view.getUint32(base + o.cacheOffset);
}

/**
 * The wanted records of an index that have a cache record, in batches of ascending offset; the columns of a batch are
 * used again for the next one. An index with more than `capacity` of them is walked once for each batch, so that memory
 * does not grow with it.
 */
export function* cacheUses(
  blocks: () => Iterable<RecordBlock>,
  o: RecordOffsets,
  isWanted: (block: RecordBlock, base: number) => boolean,
  capacity = BATCH,
): Generator<CacheUses> {
  const batch = new CacheUses(capacity);
  let after = { offset: 0, position: -1 };
  for (;;) {
    batch.count = 0;
    let more = false;
    // Of a batch that was full: later records with this offset or a higher one come in a later batch.
    let ceiling = Number.POSITIVE_INFINITY;
    let position = -1;
    for (const block of blocks()) {
      for (let i = 0, base = 0; i < block.count; i++, base += o.size) {
        position++;
        const offset = cacheOffsetOf(block.view, base, o);
        if (offset === 0 || offset < after.offset || !isWanted(block, base)) continue;
        if (offset === after.offset && position <= after.position) continue;
        if (offset >= ceiling) {
          more = true;
          continue;
        }
        batch.add(block.view, base, o, offset, position);
        if (!batch.isFull) continue;
        if (batch.settle()) more = true;
        ceiling = batch.last().offset;
      }
    }
    if (batch.settle()) more = true;
    if (batch.count > 0) yield batch;
    if (!more) return;
    after = batch.last();
  }
}
