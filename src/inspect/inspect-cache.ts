import { dirname, join } from 'node:path';
import { decodeName } from '../bytes/text.js';
import { findMalformedItem } from '../formats/cache/check-items.js';
import {
  CACHE_ALIGNMENT,
  CACHE_ITEMS,
  SECTION_VERSIONS,
  cacheHeader,
  sectionVersion,
} from '../formats/cache/layout.js';
import {
  CacheRecord,
  cacheGeneration,
  cacheRecordCrc,
  readCacheRecord,
  type CacheProblem,
} from '../formats/cache/read-record.js';
import { findSectionFault, listSectionParts } from '../formats/cache/section.js';
import { cacheUses } from '../formats/index/cache-uses.js';
import { hex32 } from '../formats/index/read-header.js';
import { recordOffsets } from '../formats/index/scan-records.js';
import type { FormatFault } from '../model/fault.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import { CacheFile } from '../sources/spool/cache-file.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { faultItem, toJson, type Inspection, type Item, type Json } from './inspection.js';
import { unreadable } from './read-file.js';
import { versionOf } from './written-by.js';

/** Of one item. Unit: bytes. */
const MAX_SHOWN = 2000;
/** Of one message. */
const MAX_PARTS = 100;
const SECTION = CACHE_ITEMS.indexOf('SECTION');

/** cyrus.cache: its generation, every record in the order of the file, and what is wrong with them. */
export function inspectCache(file: string): Inspection {
  return { about: { format: 'cyrus.cache' }, items: cacheItems(file) };
}

function* cacheItems(file: string): Generator<Item> {
  const opened = CacheFile.open(file);
  if (opened.failure !== undefined) throw unreadable(opened.failure.reason);
  const { cache } = opened;
  const { index } = IndexFile.open(join(dirname(file), 'cyrus.index'));
  try {
    const generation = cacheGeneration(cache);
    if (generation === undefined) {
      const expected = `at least ${String(cacheHeader.size)} bytes`;
      yield faultItem({ code: 'cache-too-short', file, offset: 0, expected, actual: `${String(cache.size)} bytes` });
      return;
    }
    yield { type: 'header', generation, size: cache.size };
    const ofIndex = index?.head.header?.generationNo;
    if (ofIndex !== undefined && ofIndex !== generation) {
      const values = { expected: `generation ${String(ofIndex)} of cyrus.index`, actual: String(generation) };
      yield faultItem({ code: 'cache-generation', file, offset: 0, ...values });
    }
    yield* new CacheWalk(file, cache, index).items();
  } finally {
    cache.close();
    index?.close();
  }
}

/** A record of the index that names a cache record. */
interface Use {
  readonly offset: number;
  readonly uid: number;
  readonly cacheVersion: number;
  /** 0 = not recorded. */
  readonly cacheCrc: number;
  /** Its cache may be another file. */
  readonly isArchived: boolean;
}

function* usesIn(index: IndexFile | undefined): Generator<Use> {
  const version = index?.head.version;
  if (index === undefined || version === undefined) return;
  const o = recordOffsets(version);
  const isUse = ({ view }: { view: DataView }, base: number): boolean =>
    (view.getUint32(base + o.systemFlags) & FLAG_UNLINKED) === 0;
  for (const uses of cacheUses(() => index.blocks(), o, isUse)) {
    for (let n = 0; n < uses.count; n++) {
      yield {
        offset: uses.offset[n]!,
        uid: uses.uid[n]!,
        cacheVersion: uses.cacheVersion[n]!,
        cacheCrc: uses.cacheCrc[n]!,
        isArchived: (uses.systemFlags[n]! & FLAG_ARCHIVED) !== 0,
      };
    }
  }
}

/**
 * Goes from record to record: the file has no index of its own. Where none can be read, the next place is looked for
 * that holds a whole sound one.
 */
class CacheWalk {
  private readonly record = new CacheRecord();
  private readonly uses: Iterator<Use>;
  private nextUse: Use | undefined;
  /** Bytes that may still be read in search of a record: hostile bytes look like one at every step. */
  private patience: number;

  constructor(
    private readonly file: string,
    private readonly cache: CacheFile,
    private readonly index: IndexFile | undefined,
  ) {
    this.uses = usesIn(index);
    this.takeUse();
    this.patience = 16 * cache.size;
  }

  *items(): Generator<Item> {
    const { cache } = this;
    for (let at = cacheHeader.size; at < cache.size;) {
      yield* this.straysBefore(at);
      const uses = this.usesAt(at);
      const problem =
        readCacheRecord(cache, at, this.record) ?? this.findProblem(uses.find((use) => !use.isArchived)?.cacheVersion);
      const { length } = this.record;
      if (problem === undefined || (problem.code === 'cache-item-malformed' && this.isSoundAt(at + length))) {
        // Held again: looking ahead may have moved the window.
        readCacheRecord(cache, at, this.record);
        yield* this.recordItems(uses, problem);
        at += length;
        continue;
      }
      const next = this.findNext(at);
      for (const { uid, isArchived } of uses) if (!isArchived) yield this.fault({ ...problem, uid });
      const found = next === undefined ? 'none up to the end of the file' : `the next one at byte ${String(next)}`;
      yield this.fault({ code: 'cache-bytes-skipped', offset: at, expected: 'a record', actual: found });
      at = next ?? cache.size;
    }
    yield* this.straysBefore(Number.POSITIVE_INFINITY);
  }

  /** Uses of places that the walk does not come by. */
  private *straysBefore(at: number): Generator<Item> {
    while (this.nextUse !== undefined && this.nextUse.offset < at) {
      const { offset, uid, isArchived } = this.nextUse;
      this.takeUse();
      if (isArchived) continue;
      const problem: CacheProblem = readCacheRecord(this.cache, offset, this.record) ?? {
        code: 'cache-records-overlap',
        offset,
        expected: 'the start of a record',
        actual: 'a place inside one',
      };
      yield this.fault({ ...problem, uid });
    }
  }

  private usesAt(at: number): Use[] {
    const uses: Use[] = [];
    while (this.nextUse?.offset === at) {
      uses.push(this.nextUse);
      this.takeUse();
    }
    return uses;
  }

  private takeUse(): void {
    const { value, done } = this.uses.next() as IteratorResult<Use, undefined>;
    this.nextUse = done === true ? undefined : value;
  }

  /** What is wrong with the items of the record that is held; without a version, with the one that fits best. */
  private findProblem(cacheVersion: number | undefined): CacheProblem | undefined {
    return findMalformedItem(this.cache.bytes, this.record, cacheVersion ?? this.versionByShape());
  }

  /** The first cache version of those that write a SECTION like that of the record that is held; the newest if none does. */
  private versionByShape(): number {
    const { base, itemAt, itemLength } = this.record;
    const from = base + itemAt[SECTION]!;
    const fits = SECTION_VERSIONS.find(
      (version) => findSectionFault(this.cache.bytes, from, from + itemLength[SECTION]!, version) < 0,
    );
    return (fits ?? SECTION_VERSIONS[0]!).since;
  }

  private isSoundAt(at: number): boolean {
    if (at === this.cache.size) return true;
    const problem = readCacheRecord(this.cache, at, this.record);
    this.patience -= this.record.length;
    return problem === undefined && this.findProblem(undefined) === undefined;
  }

  /** Where the next sound record begins. */
  private findNext(after: number): number | undefined {
    const { cache } = this;
    for (let at = after + CACHE_ALIGNMENT; this.patience > 0; at += CACHE_ALIGNMENT) {
      const base = cache.hold(at, CACHE_ALIGNMENT + 1);
      if (base < 0) return undefined;
      // The envelope comes first, and begins with a parenthesis.
      if (cache.bytes[base + CACHE_ALIGNMENT] === 0x28 && this.isSoundAt(at)) return at;
    }
    return undefined;
  }

  private *recordItems(uses: readonly Use[], problem: CacheProblem | undefined): Generator<Item> {
    const { record, cache } = this;
    const crc = cacheRecordCrc(cache, record);
    const isOfFile = ({ isArchived, cacheCrc }: Use): boolean => !isArchived || cacheCrc === crc;
    const users = uses.filter(isOfFile);
    const known = users[0]?.cacheVersion;
    const version = known ?? this.versionByShape();
    const texts = CACHE_ITEMS.map((name, item) => {
      const from = record.base + record.itemAt[item]!;
      const end = from + record.itemLength[item]!;
      return [
        name.toLowerCase(),
        item === SECTION ? this.partsText(from, end, version) : this.text(from, end),
      ] as const;
    });
    yield {
      type: 'record',
      offset: record.offset,
      length: record.length,
      crc: hex32(crc),
      ...(this.index === undefined ? {} : { uids: users.map(({ uid }) => uid) }),
      cacheVersion: known ?? shapeText(version),
      ...Object.fromEntries(texts),
      // Records of several versions in one file are normal.
      ...(known === undefined ? {} : versionOf('cyrus.cache', String(known))),
    };
    if (problem !== undefined)
      yield this.fault({ ...problem, ...(users[0] === undefined ? {} : { uid: users[0].uid }) });
    for (const { uid, cacheCrc } of users) {
      if (cacheCrc === 0 || cacheCrc === crc) continue;
      const values = { offset: record.offset, expected: hex32(cacheCrc), actual: hex32(crc) };
      yield this.fault({ code: 'cache-record-crc', uid, ...values });
    }
  }

  private text(from: number, end: number): string {
    let shown = Math.min(end, from + MAX_SHOWN);
    // Not in the middle of a character of UTF-8.
    while (shown < end && shown > from && (this.cache.bytes[shown]! & 0xc0) === 0x80) shown--;
    const text = decodeName(this.cache.bytes.subarray(from, shown));
    return shown === end ? text : `${text} [cut: ${String(end - from)} bytes]`;
  }

  private partsText(from: number, end: number, cacheVersion: number): Json {
    const { bytes } = this.cache;
    const version = sectionVersion(cacheVersion);
    if (version === undefined || findSectionFault(bytes, from, end, version) >= 0) return `${String(end - from)} bytes`;
    const parts = listSectionParts(bytes, from, end, version, MAX_PARTS + 1);
    const shown = parts.slice(0, MAX_PARTS).map((part) => toJson(part));
    return parts.length > MAX_PARTS ? [...shown, `[cut: ${String(end - from)} bytes]`] : shown;
  }

  private fault(fault: Omit<FormatFault, 'file'>): Item {
    return faultItem({ ...fault, file: this.file });
  }
}

/** The versions that write a SECTION of one shape. */
function shapeText(since: number): string {
  const newer = SECTION_VERSIONS.filter((version) => version.since > since).at(-1);
  if (newer === undefined) return `${String(since)} or later`;
  return newer.since - 1 === since ? String(since) : `${String(since)} to ${String(newer.since - 1)}`;
}
