import type { NewPlace } from '../findings/salvage/judge-message.js';
import type { IndexRecord } from '../model/index-file.js';
import type { ChangedFlags } from './changed-flags.js';
import { decodeAt, type IndexedMailbox } from './old-mailbox.js';
import { baseOf, guidOffsets, type RecordPlace } from './pair-records.js';

/** What is known of a mailbox of OLD while its messages are judged. */
export interface OldMailbox {
  readonly opened: IndexedMailbox;
  readonly isInDeleted: boolean;
  readonly place: NewPlace;
  readonly target: { readonly mboxname: string; readonly exists: boolean };
}

/** A message of OLD that NEW may lack. */
export interface Candidate {
  readonly mailbox: OldMailbox;
  /** Its bytes, in Latin-1: thousands of them wait, and decoded they would take several times the memory. */
  readonly record: string;
  /** The checksum of its record is right. */
  readonly isSound: boolean;
  readonly isUidTaken: boolean;
  readonly flagsOnNew?: ChangedFlags;
}

/** The bytes of a record, to be kept when its block is overwritten. */
export function keepRecord(place: RecordPlace): string {
  const base = baseOf(place);
  return place.block.bytes.toString('latin1', base, base + place.offsets.size);
}

export function decodeCandidate({ record, mailbox: { opened } }: Candidate): IndexRecord {
  const bytes = Buffer.from(record, 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = { bytes, view, count: 1, fileOffset: 0 };
  return decodeAt({ block, index: 0, offsets: guidOffsets(opened.index)! }, opened);
}

/** 20 bytes, in Latin-1. */
export function guidOfCandidate({ record, mailbox: { opened } }: Candidate): string {
  const { guid } = guidOffsets(opened.index)!;
  return record.slice(guid, guid + 20);
}
