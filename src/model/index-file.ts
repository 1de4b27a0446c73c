/** Bits of `system_flags`. Source: imap/mailbox.h, 3.6.7. */
export const FLAG_ANSWERED = 0x1;
export const FLAG_FLAGGED = 0x2;
export const FLAG_DELETED = 0x4;
export const FLAG_DRAFT = 0x8;
export const FLAG_SEEN = 0x10;
const FLAG_SNOOZED = 0x04000000;
const FLAG_SPLITCONVERSATION = 0x08000000;
export const FLAG_NEEDS_CLEANUP = 0x10000000;
export const FLAG_ARCHIVED = 0x20000000;
export const FLAG_UNLINKED = 0x40000000;
export const FLAG_EXPUNGED = 0x80000000;

/** The IMAP flags, in the order in which Cyrus prints them. */
export const SYSTEM_FLAG_NAMES: readonly (readonly [number, string])[] = [
  [FLAG_DELETED, '\\Deleted'],
  [FLAG_ANSWERED, '\\Answered'],
  [FLAG_FLAGGED, '\\Flagged'],
  [FLAG_DRAFT, '\\Draft'],
  [FLAG_SEEN, '\\Seen'],
];

/** Legal bits of system_flags from version 12 on; any other bit is damage. Source: index.md section 6. */
export const LEGAL_SYSTEM_FLAGS =
  (FLAG_ANSWERED |
    FLAG_FLAGGED |
    FLAG_DELETED |
    FLAG_DRAFT |
    FLAG_SEEN |
    FLAG_SNOOZED |
    FLAG_SPLITCONVERSATION |
    FLAG_NEEDS_CLEANUP |
    FLAG_ARCHIVED |
    FLAG_UNLINKED |
    FLAG_EXPUNGED) >>>
  0;

/** Option bit of a mailbox whose files are being removed. Source: OPT_MAILBOX_DELETED, imap/mailbox.h 3.6.7. */
export const OPTION_MAILBOX_DELETED = 0x80000000;

/** Option bit of a mailbox whose seen state is one for all users. Source: OPT_IMAP_SHAREDSEEN, imap/mailbox.h 3.6.7. */
export const OPTION_SHARED_SEEN = 4;

/** Options that take part in replication (MAILBOX_OPTIONS_MASK). Source: imap/mailbox.h 3.6.7. */
export const SYNCED_OPTIONS = 0x1d;

/** Options of a new mailbox (OPT_POP3_NEW_UIDL). Source: mailbox_create, imap/mailbox.c 3.6.7. */
export const OPTIONS_OF_NEW = 1;

/**
 * The header of cyrus.index, the same shape for every version. Times are whole seconds; 64-bit values are
 * numbers and exact below 2^53. A field that a version does not store has Cyrus' own default (index.md 3.4).
 */
export interface IndexHeader {
  readonly minorVersion: number;
  readonly startOffset: number;
  readonly recordSize: number;
  readonly numRecords: number;
  readonly generationNo: number;
  readonly lastAppenddate: number;
  readonly lastUid: number;
  readonly quotaMailboxUsed: number;
  readonly pop3LastLogin: number;
  readonly uidvalidity: number;
  readonly deleted: number;
  readonly answered: number;
  readonly flagged: number;
  readonly options: number;
  readonly highestmodseq: number;
  readonly deletedmodseq: number;
  readonly exists: number;
  readonly firstExpunged: number;
  readonly lastRepackTime: number;
  readonly headerFileCrc: number;
  readonly syncCrcBasic: number;
  readonly syncCrcAnnot: number;
  readonly recentuid: number;
  readonly recenttime: number;
  readonly pop3ShowAfter: number;
  readonly quotaAnnotUsed: number;
  readonly quotaDeletedUsed: number;
  readonly quotaExpungedUsed: number;
  readonly unseen: number;
  readonly createdmodseq: number;
  readonly changesEpoch: number;
}

/** One message record, decoded. Made only for records that a finding or the model looks at. */
export interface IndexRecord {
  readonly uid: number;
  /** 40 lower-case hex digits. */
  readonly guid: string;
  readonly modseq: number;
  readonly createdmodseq: number;
  readonly internaldate: number;
  /** Sub-second part of the internaldate, absent when there is none. Unit: ns. Before version 20 an annotation holds it. */
  readonly internaldateNsec?: number;
  readonly lastUpdated: number;
  readonly savedate: number;
  readonly size: number;
  readonly systemFlags: number;
  /** Names of the user flags that are set, lower-cased and sorted: comparable between the sides. */
  readonly userFlags: readonly string[];
  /** User flag numbers that are set without a name in cyrus.header. */
  readonly unnamedFlags: readonly number[];
  readonly cid: bigint;
  /** Thread that this one was split from; absent when it was not. Before version 20 an annotation holds it. */
  readonly basecid?: bigint;
  readonly expunged: boolean;
  readonly unlinked: boolean;
  readonly archived: boolean;
}
