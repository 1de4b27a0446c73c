import { SYSTEM_FLAG_NAMES, type IndexRecord } from './index-file.js';

/** One side's record with what hangs on it. */
export interface SideRecord extends IndexRecord {
  /** Stored message annotations: `entry userid` (owner spelled out) to the value in Latin-1. Virtual ones are left out. */
  readonly annotations: ReadonlyMap<string, string>;
  /** What this record adds to the two sync CRCs (signed 32-bit); 0 when it is expunged. */
  readonly crcBasic: number;
  readonly crcAnnot: number;
}

/** The records of one UID on the two sides; at least one is there. */
export interface RecordPair {
  readonly uid: number;
  readonly master?: SideRecord;
  readonly replica?: SideRecord;
}

export interface SyncCrcs {
  /** Unsigned. 0 means "not known" to Cyrus and then equals everything (mailbox_crceq, imap/mailbox.c 3.6.1). */
  readonly basic: number;
  readonly annot: number;
}

/** What replication sees of one side of a mailbox besides its records. */
export interface MailboxHead {
  readonly lastUid: number;
  readonly highestmodseq: number;
  readonly deletedmodseq: number;
  readonly uidvalidity: number;
  readonly recentuid: number;
  readonly recenttime: number;
  readonly pop3LastLogin: number;
  readonly pop3ShowAfter: number;
  /** Masked to the options that are synchronised. */
  readonly options: number;
  /** 0 = not known. */
  readonly foldermodseq: number;
  readonly createdmodseq: number;
  /** `identifier TAB rights TAB ...`, the text that Cyrus compares. */
  readonly acl: string;
  readonly mbtypeKind: string;
  /** Mailbox annotations: `entry userid` to value. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly storedCrcs: SyncCrcs;
  readonly computedCrcs: SyncCrcs;
  /** Highest UID of any record, expunged ones included; 0 without records. */
  readonly maxUid: number;
  /** Highest modseq of any record, expunged ones included; 0 without records. */
  readonly maxModseq: number;
}

/** The lowest bit first. */
const FLAGS_BY_BIT = [...SYSTEM_FLAG_NAMES].sort(([a], [b]) => a - b);

/** IMAP flags in `bits`; other bits are left out. */
export function systemFlagNames(bits: number): string[] {
  const names: string[] = [];
  for (const [bit, name] of FLAGS_BY_BIT) if ((bits & bit) !== 0) names.push(name);
  return names;
}

/** IMAP flags of a record, system flags first, as a person reads them. */
export function flagNames(record: IndexRecord): string[] {
  return [...systemFlagNames(record.systemFlags), ...record.userFlags];
}
