import type { SideRole } from './effects.js';

/** What can hardly be written by software. The names are those of the findings that tell it of the mailbox. */
export type EvidenceKind = 'flag-name-one-bit-off' | 'undefined-option' | 'undefined-system-flag';

/** A sign of failing hardware in one mailbox. Plain data: it comes from a worker. */
export interface HardwareEvidence {
  readonly side: SideRole;
  readonly kind: EvidenceKind;
  /** The flag name, or one bit as hex. */
  readonly value: string;
  readonly mboxname: string;
  /** userid; undefined for a shared mailbox. */
  readonly owner: string | undefined;
  /** How many records show it. */
  readonly records: number;
}

/** Where the same value was met on one side. */
export interface EvidenceTally {
  readonly kind: EvidenceKind;
  readonly value: string;
  readonly records: number;
  readonly mailboxes: number;
  /** The first ones in the order of names; one more than `COMMON_MAILBOXES` is kept. */
  readonly places: readonly { readonly mboxname: string; readonly owner: string | undefined }[];
}

/** What is met in more records or mailboxes of a side than this is written by some software that we do not know. */
export const COMMON_RECORDS = 16;
export const COMMON_MAILBOXES = 8;

/** Bytes that were not the same when they were read again, while nobody changed the file. Plain data. */
export interface UnstableRead {
  readonly side: SideRole;
  readonly file: string;
  readonly offset: number;
  /** What was read: bytes in hex, or the checksums of them. */
  readonly first: string;
  readonly then: string;
  /** The second time past the page cache, from the disk itself. */
  readonly aroundCache: boolean;
}
