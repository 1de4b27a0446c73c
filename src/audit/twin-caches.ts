import { cacheGeneration, type CacheRecord } from '../formats/cache/read-record.js';
import type { CacheBytes } from '../formats/cache/cache-bytes.js';
import { CacheFile } from '../sources/spool/cache-file.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import type { FileCounts } from './hash-file.js';
import type { FiledMailbox } from './read-mailbox.js';

/**
 * The caches of one side, for the check of the other one: where the records of both indexes are the same bytes, and the
 * caches hold the same bytes for each of them, what is true of one is true of the other.
 */
export class TwinCaches {
  private readonly proven = new Set<string>();
  private isAlike: boolean | undefined;

  /** @param checked the side that is looked at first */
  constructor(
    private readonly checked: FiledMailbox,
    private readonly twin: FiledMailbox,
    private readonly counts: Pick<FileCounts, 'bytesRead'>,
  ) {}

  /** Its cache of that kind, to be compared with `cache`; undefined when it is not to be taken for the same. */
  open(kind: CacheKind, { size }: CacheBytes): TwinCache | undefined {
    const { checked, twin: other } = this;
    const { dirs, indexHeader } = other;
    if (dirs === undefined || checked.dirs === undefined) return undefined;
    this.isAlike ??= cacheKinds(checked.dirs).length === cacheKinds(dirs).length && hasSameRecords(checked, other);
    if (!this.isAlike) return undefined;
    const { cache } = CacheFile.open(dirs.metaOf(kind));
    if (cache === undefined) return undefined;
    const twin = new TwinCache(cache, this.counts, () => this.proven.add(kind));
    if (cache.size === size && twin.generation() === indexHeader?.generationNo) return twin;
    twin.close();
    return undefined;
  }

  isProven(kind: CacheKind): boolean {
    return this.proven.has(kind);
  }
}

export type CacheKind = 'cache' | 'archivecache';

/** The caches of a mailbox: archived messages may have their own. */
export const cacheKinds = (dirs: MailboxDirs): readonly CacheKind[] =>
  dirs.metaOf('cache') === dirs.metaOf('archivecache') ? ['cache'] : ['cache', 'archivecache'];

export class TwinCache {
  private isSame = true;

  constructor(
    private readonly cache: CacheFile,
    private readonly counts: Pick<FileCounts, 'bytesRead'>,
    private readonly onProof: () => void,
  ) {}

  generation(): number | undefined {
    try {
      return cacheGeneration(this.cache);
    } catch {
      return undefined;
    }
  }

  /** Holds the record against the same bytes of this one. */
  compare({ bytes }: CacheBytes, { offset, base, length }: CacheRecord): void {
    if (!this.isSame) return;
    try {
      const at = this.cache.hold(offset, length);
      this.isSame = at >= 0 && this.cache.bytes.compare(bytes, base, base + length, at, at + length) === 0;
    } catch {
      // It is looked at in its turn.
      this.isSame = false;
    }
  }

  /** To be said when nothing was found in the cache that it was compared with. */
  prove(): void {
    if (this.isSame) this.onProof();
  }

  close(): void {
    this.counts.bytesRead += this.cache.bytesRead;
    this.cache.close();
  }
}

function hasSameRecords(a: FiledMailbox, b: FiledMailbox): boolean {
  if (a.stream === undefined || b.stream === undefined) return false;
  if (a.stream.version !== b.stream.version || a.recordsAreSound !== b.recordsAreSound) return false;
  const others = b.stream.blocks()[Symbol.iterator]();
  for (const { bytes } of a.stream.blocks()) {
    const other = others.next();
    if (other.done === true || !bytes.equals(other.value.bytes)) return false;
  }
  return others.next().done === true;
}
