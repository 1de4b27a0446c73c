import { readU64 } from '../bytes/layout.js';
import {
  recordModseq,
  recordOffsets,
  secondsAt,
  type RecordBlock,
  type RecordOffsets,
} from '../formats/index/scan-records.js';
import { FLAG_EXPUNGED } from '../model/index-file.js';
import type { IndexFile } from '../sources/spool/index-file.js';

/** Where a record lies; used before the next is asked for, as its block is overwritten. */
export interface RecordPlace {
  readonly block: RecordBlock;
  readonly index: number;
  readonly offsets: RecordOffsets;
}

/** A record of OLD, and that of NEW with its UID. */
export interface PairedRecord {
  readonly old: RecordPlace;
  readonly twin?: RecordPlace;
}

export const baseOf = ({ index, offsets }: RecordPlace): number => index * offsets.size;

export const uidOf = (place: RecordPlace): number => place.block.view.getUint32(baseOf(place) + place.offsets.uid);

export const systemFlagsOf = (place: RecordPlace): number =>
  place.block.view.getUint32(baseOf(place) + place.offsets.systemFlags);

export const isExpungedRecord = (place: RecordPlace): boolean => (systemFlagsOf(place) & FLAG_EXPUNGED) !== 0;

/** True when both have the same GUID. */
export function isSameMessage(a: RecordPlace, b: RecordPlace): boolean {
  const from = baseOf(a) + a.offsets.guid;
  const other = baseOf(b) + b.offsets.guid;
  return a.block.bytes.compare(b.block.bytes, other, other + 20, from, from + 20) === 0;
}

/** One pass over the records of an index, in the order of the file. */
class RecordCursor {
  private readonly blocks: Iterator<RecordBlock>;
  private block: RecordBlock | undefined;
  private index = 0;

  constructor(
    index: IndexFile,
    private readonly offsets: RecordOffsets,
  ) {
    this.blocks = index.blocks()[Symbol.iterator]();
    this.take();
  }

  get place(): RecordPlace | undefined {
    const { block, index, offsets } = this;
    return block === undefined ? undefined : { block, index, offsets };
  }

  get uid(): number {
    const { block, index, offsets } = this;
    return block === undefined ? Infinity : block.view.getUint32(index * offsets.size + offsets.uid);
  }

  next(): void {
    this.index++;
    if (this.block !== undefined && this.index >= this.block.count) this.take();
  }

  private take(): void {
    const next = this.blocks.next();
    this.block = next.done === true ? undefined : next.value;
    this.index = 0;
  }
}

/** Offsets of an index whose records have GUIDs. */
export function guidOffsets({ head }: IndexFile): RecordOffsets | undefined {
  const offsets = head.version === undefined ? undefined : recordOffsets(head.version);
  return offsets === undefined || offsets.guid < 0 ? undefined : offsets;
}

/**
 * Every record of OLD beside that of NEW with the same UID. Records out of order meet no twin: they are then looked for by
 * GUID like any other that NEW lacks.
 */
export function* pairRecords(old: IndexFile, newer: IndexFile | undefined): Generator<PairedRecord> {
  const oldOffsets = guidOffsets(old);
  const newOffsets = newer === undefined ? undefined : guidOffsets(newer);
  if (oldOffsets === undefined) return;
  const mine = new RecordCursor(old, oldOffsets);
  const theirs = newer === undefined || newOffsets === undefined ? undefined : new RecordCursor(newer, newOffsets);
  for (let place = mine.place; place !== undefined; mine.next(), place = mine.place) {
    const uid = uidOf(place);
    while (theirs !== undefined && theirs.uid < uid) theirs.next();
    const twin = theirs?.uid === uid ? theirs.place : undefined;
    yield twin === undefined ? { old: place } : { old: place, twin };
  }
}

/**
 * A modseq that the common state of both sides had reached: the highest of the modseqs of records that are the same on
 * both, and of the createdmodseqs of messages that came to both by one delivery. 0 = nothing in common.
 */
export function commonModseq(old: IndexFile, newer: IndexFile): number {
  let highest = 0;
  const most = [old, newer].map(({ head }) => head.header?.highestmodseq ?? 0) as [number, number];
  for (const { old: a, twin: b } of pairRecords(old, newer)) {
    if (b === undefined || !isSameMessage(a, b) || !isSameDelivery(a, b)) continue;
    const [mine, theirs] = [modseqOf(a, most[0]), modseqOf(b, most[1])];
    if (mine === theirs && timeOf(a, 'lastUpdated') === timeOf(b, 'lastUpdated')) highest = Math.max(highest, mine);
    const created = createdmodseqOf(a);
    if (created !== 0 && created === createdmodseqOf(b)) highest = Math.max(highest, created);
  }
  return highest;
}

/** Not the same message delivered to each side by itself. Versions before 15 have no savedate. */
function isSameDelivery(a: RecordPlace, b: RecordPlace): boolean {
  const [mine, theirs] = [timeOf(a, 'savedate'), timeOf(b, 'savedate')];
  return timeOf(a, 'internaldate') === timeOf(b, 'internaldate') && (mine === 0 || theirs === 0 || mine === theirs);
}

export const modseqOf = (place: RecordPlace, highestmodseq: number): number =>
  recordModseq(place.block.view, baseOf(place), place.offsets, highestmodseq);

function createdmodseqOf(place: RecordPlace): number {
  const { createdmodseq } = place.offsets;
  return createdmodseq < 0 ? 0 : readU64(place.block.view, baseOf(place) + createdmodseq);
}

/** 0 = the version has no such time. Unit: s since the epoch. */
export function timeOf(place: RecordPlace, field: 'internaldate' | 'lastUpdated' | 'savedate'): number {
  const at = place.offsets[field];
  return at < 0 ? 0 : secondsAt(place.block.view, baseOf(place) + at, place.offsets);
}
