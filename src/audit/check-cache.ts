import { crc32 } from '../bytes/crc32.js';
import { MIN_CACHE_RECORD, cacheHeader } from '../formats/cache/layout.js';
import { CacheRecord, cacheGeneration, cacheRecordCrc, readCacheRecord } from '../formats/cache/read-record.js';
import { findMalformedItem } from '../formats/cache/check-items.js';
import type { CacheProblem } from '../formats/cache/read-record.js';
import { cacheOffsetOf, cacheUses, type CacheUses } from '../formats/index/cache-uses.js';
import { hex32 } from '../formats/index/read-header.js';
import type { IndexRecords } from '../formats/index/record-cursor.js';
import { recordOffsets, type RecordBlock, type RecordOffsets } from '../formats/index/scan-records.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { READ_WRITE } from '../sources/server-access.js';
import { CacheFile } from '../sources/spool/cache-file.js';
import type { FileCounts } from './hash-file.js';
import type { FiledMailbox } from './read-mailbox.js';
import { cacheKinds, type TwinCache, type TwinCaches } from './twin-caches.js';

/** How the caches of a mailbox are looked at. */
export interface CacheCheck {
  readonly isDecoded: boolean;
  /** The other side, whose caches are compared with those that are decoded. */
  readonly twins?: TwinCaches | undefined;
  /** What the other side's check has proven of these. */
  readonly proven?: TwinCaches | undefined;
}

/**
 * Compares the records of one side of a mailbox with its cyrus.cache, or with both of them when archived messages have
 * their own: presence, generation and whether each record lies inside the file. With `isDecoded` every cache record is
 * read, held against the checksum in the index, and taken apart.
 * @param unread gets what could not be looked at
 */
export function* checkCaches(
  mailbox: FiledMailbox,
  { isDecoded, twins, proven }: CacheCheck,
  counts: Pick<FileCounts, 'bytesRead'>,
  unread: string[],
): Generator<FormatFault> {
  const { dirs, access, stream, indexHeader, recordsAreSound } = mailbox;
  if (dirs === undefined || stream === undefined || indexHeader === undefined) return;
  const o = recordOffsets(stream.version);
  const kinds = cacheKinds(dirs);
  const files = kinds.map((kind) => dirs.metaOf(kind));
  if (access !== undefined) yield* access.faults('no-append', files, READ_WRITE);
  for (const kind of kinds) {
    if (proven?.isProven(kind) === true) continue;
    const isUse = (block: RecordBlock, base: number): boolean =>
      usesCache(block, base, o, recordsAreSound === true) &&
      (kinds.length === 1 ||
        (kind === 'archivecache') === ((block.view.getUint32(base + o.systemFlags) & FLAG_ARCHIVED) !== 0));
    if (!hasUse(stream, o, isUse)) continue;
    const file = dirs.metaOf(kind);
    const { generationNo: generation } = indexHeader;
    const openTwin = (cache: CacheFile): TwinCache | undefined => twins?.open(kind, cache);
    yield* checkCache({ file, generation, stream, isUse, isDecoded, openTwin, counts, unread });
  }
}

/**
 * True for a record whose cache Cyrus reads: not one that is UNLINKED, nor one that never had any. A record that fails
 * its own checksum says nothing about the cache.
 */
function usesCache({ view, bytes }: RecordBlock, base: number, o: RecordOffsets, isSound: boolean): boolean {
  if (view.getUint32(base + o.uid) === 0 || cacheOffsetOf(view, base, o) === 0) return false;
  if ((view.getUint32(base + o.systemFlags) & FLAG_UNLINKED) !== 0) return false;
  return isSound || o.crc < 0 || view.getUint32(base + o.crc) === crc32(bytes, base, base + o.crc);
}

type IsUse = (block: RecordBlock, base: number) => boolean;

function hasUse(stream: IndexRecords, { size }: RecordOffsets, isUse: IsUse): boolean {
  for (const block of stream.blocks()) {
    for (let i = 0, base = 0; i < block.count; i++, base += size) if (isUse(block, base)) return true;
  }
  return false;
}

interface CacheJob {
  readonly file: string;
  /** Of the index. */
  readonly generation: number;
  readonly stream: IndexRecords;
  readonly isUse: IsUse;
  readonly isDecoded: boolean;
  /** The same cache of the other side, if that may be the same. */
  readonly openTwin: (cache: CacheFile) => TwinCache | undefined;
  readonly counts: Pick<FileCounts, 'bytesRead'>;
  readonly unread: string[];
}

function* checkCache(job: CacheJob): Generator<FormatFault> {
  const { file, counts, unread, isDecoded } = job;
  const opened = CacheFile.open(file, isDecoded);
  if (opened.failure !== undefined) {
    if (!opened.failure.missing) unread.push(opened.failure.reason);
    else yield { code: 'cache-missing', file, expected: 'the cache of the records in cyrus.index', actual: 'no file' };
    return;
  }
  let { cache } = opened;
  try {
    const generation = cacheGeneration(cache);
    if (generation === undefined) {
      const expected = `at least ${String(cacheHeader.size)} bytes`;
      yield { code: 'cache-too-short', file, offset: 0, expected, actual: `${String(cache.size)} bytes` };
      return;
    }
    if (generation !== job.generation) {
      const renamed = generation < job.generation ? openUnrenamed(job) : undefined;
      if (renamed !== undefined) {
        // The records of the index were written together with that file.
        cache.close();
        cache = renamed;
      }
      const values = { offset: 0, expected: `generation ${String(job.generation)}`, actual: String(generation) };
      yield { code: renamed === undefined ? 'cache-generation' : 'cache-repack-interrupted', file, ...values };
    }
    if (!isDecoded) yield* placeRecords(cache, job);
    else yield* decodeBeside(generation === job.generation ? job.openTwin(cache) : undefined, cache, job);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    unread.push(`${cache.path}: ${code}`);
  } finally {
    counts.bytesRead += cache.bytesRead;
    cache.close();
  }
}

/**
 * cyrus.cache.NEW, when it is the cache of this index: a repack was interrupted after it had renamed the index.
 * Source: mailbox_repack_commit, imap/mailbox.c 3.6.7.
 */
function openUnrenamed({ file, generation, isDecoded }: CacheJob): CacheFile | undefined {
  const { cache } = CacheFile.open(`${file}.NEW`, isDecoded);
  let isWanted = false;
  try {
    isWanted = cache !== undefined && cacheGeneration(cache) === generation;
  } finally {
    if (!isWanted) cache?.close();
  }
  return isWanted ? cache : undefined;
}

/** Whether each record lies inside the file; nothing of it is read. */
function* placeRecords(cache: CacheFile, { stream, isUse }: CacheJob): Generator<FormatFault> {
  const o = recordOffsets(stream.version);
  const record = new CacheRecord();
  for (const block of stream.blocks()) {
    for (let i = 0, base = 0; i < block.count; i++, base += o.size) {
      if (!isUse(block, base)) continue;
      const offset = cacheOffsetOf(block.view, base, o);
      const isInside = (): boolean => offset >= cacheHeader.size && offset + MIN_CACHE_RECORD <= cache.size;
      if (isInside() || (cache.hasGrown() && isInside())) continue;
      const problem = readCacheRecord(cache, offset, record);
      if (problem !== undefined) yield { ...problem, file: cache.path, uid: block.view.getUint32(base + o.uid) };
    }
  }
}

/** Decodes a cache, and proves its twin on the way. */
function* decodeBeside(twin: TwinCache | undefined, cache: CacheFile, job: CacheJob): Generator<FormatFault> {
  let isSound = true;
  try {
    for (const fault of decodeRecords(cache, job, twin)) {
      isSound = false;
      yield fault;
    }
    if (isSound) twin?.prove();
  } finally {
    twin?.close();
  }
}

/** Reads every record once, in the order of the file. */
function* decodeRecords(
  cache: CacheFile,
  { stream, isUse }: CacheJob,
  twin: TwinCache | undefined,
): Generator<FormatFault> {
  const file = cache.path;
  const record = new CacheRecord();
  const overlaps = new Overlaps();
  // Records that do not overlap are together no longer than the file.
  let left = 2 * cache.size;
  let offset = -1;
  let crc = 0;
  let problem: CacheProblem | undefined;
  for (const uses of cacheUses(stream.blocks, recordOffsets(stream.version), isUse)) {
    for (let n = 0; n < uses.count; n++) {
      // A message given a new UID shares it with the expunged one. Source: copy_local, imap/sync_support.c 3.6.1.
      const isShared = uses.offset[n] === offset;
      if (!isShared) {
        offset = uses.offset[n]!;
        problem = readCacheRecord(cache, offset, record);
        if (problem !== undefined && cache.hasGrown()) problem = readCacheRecord(cache, offset, record);
        left -= record.length;
        if (left < 0) {
          const expected = `records of together at most ${String(cache.size)} bytes`;
          yield { code: 'cache-records-overlap', file, offset, expected, actual: 'more than twice as many' };
          return;
        }
        if (problem === undefined) {
          crc = cacheRecordCrc(cache, record);
          twin?.compare(cache, record);
        }
      }
      const fault = problem ?? judgeRecord(cache, record, crc, uses, n);
      if (fault === undefined) overlaps.add(record, uses, n);
      else yield { ...fault, file, uid: uses.uid[n]! };
    }
  }
  const fault = overlaps.fault;
  if (fault !== undefined) yield { ...fault, file };
}

function judgeRecord(
  cache: CacheFile,
  record: CacheRecord,
  crc: number,
  uses: CacheUses,
  n: number,
): CacheProblem | undefined {
  const stored = uses.cacheCrc[n]!;
  if (stored !== 0 && stored !== crc)
    return { code: 'cache-record-crc', offset: record.offset, expected: hex32(stored), actual: hex32(crc) };
  return findMalformedItem(cache.bytes, record, uses.cacheVersion[n]!);
}

/** Finds records that lie inside one another; they come in ascending order of their offsets. */
class Overlaps {
  private offset = -1;
  private end = 0;
  private uid = 0;
  private guidHead = 0;
  private count = 0;
  private first: CacheProblem | undefined;

  add({ offset, length }: CacheRecord, uses: CacheUses, n: number): void {
    const uid = uses.uid[n]!;
    // One record for two UIDs of the same message is how Cyrus renumbers.
    const isShared = offset === this.offset && uses.guidHead[n] === this.guidHead && this.guidHead !== 0;
    if (offset < this.end && !isShared) {
      this.count++;
      this.first ??= {
        code: 'cache-records-overlap',
        offset,
        expected: `the record of uid ${String(this.uid)} alone in bytes ${String(this.offset)} to ${String(this.end - 1)}`,
        actual: `that of uid ${String(uid)} from byte ${String(offset)}`,
      };
    }
    if (offset + length <= this.end) return;
    this.offset = offset;
    this.end = offset + length;
    this.uid = uid;
    this.guidHead = uses.guidHead[n]!;
  }

  get fault(): CacheProblem | undefined {
    if (this.first === undefined || this.count === 1) return this.first;
    return { ...this.first, actual: `${this.first.actual!}, and ${String(this.count - 1)} more` };
  }
}
