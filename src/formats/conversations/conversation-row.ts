import type { Decoded } from '../../model/fault.js';
import { asList, asString, type DlistItem } from '../dlist/dlist.js';
import { asUnsigned, splitVersion, type RowFaults } from './row-faults.js';

/** One conversation: a thread of messages and the mailboxes that they are in. */
export interface ConversationRow {
  readonly kind: 'conversation';
  readonly cid: bigint;
  readonly version: number;
  readonly modseq: bigint;
  readonly numRecords: number;
  readonly exists: number;
  readonly unseen: number;
  /** One for each of `$COUNTED_FLAGS`. */
  readonly flagCounts: readonly number[];
  readonly folders: readonly ConversationFolder[];
  readonly senders: readonly ConversationSender[];
  readonly subject?: string;
  /** Bytes. */
  readonly size?: number;
  readonly thread: readonly ConversationMessage[];
  /** 3.2+. */
  readonly createdmodseq?: bigint;
}

export interface ConversationFolder {
  /** Position in `$FOLDER_IDS` or `$FOLDER_NAMES`. */
  readonly folder: number;
  readonly modseq: bigint;
  readonly numRecords: number;
  readonly exists: number;
  readonly unseen: number;
}

export interface ConversationSender {
  readonly name?: string;
  readonly route?: string;
  readonly mailbox?: string;
  readonly domain?: string;
  /** Seconds since the epoch. Absent, as is `exists`, in the oldest records. */
  readonly lastseen?: number;
  readonly exists?: number;
}

export interface ConversationMessage {
  readonly guid: string;
  readonly exists: number;
  /** Seconds since the epoch. */
  readonly internaldate: number;
  /** 3.13+. Unit: ns. */
  readonly internaldateNsec?: number;
  /** 3.13+. */
  readonly createdmodseq?: bigint;
  /** 3.0 only: CRC-32 of its Message-ID and, when it has one, of its In-Reply-To. */
  readonly hashes?: readonly number[];
}

/** Releases by the version that they write. Source: CONVERSATIONS_RECORD_VERSION, imap/conversations.h of each tag. */
export const CONVERSATION_WRITERS: ReadonlyMap<number, string> = new Map([
  [0, '3.0 to 3.2'],
  [1, '3.4 to 3.12'],
  [2, '3.13'],
]);
const NEWEST = 2;

const NS_PER_SECOND = 1_000_000_000n;
/** No time in seconds is as late (year 5138), and none in nanoseconds as early (2 minutes after the epoch). */
const LATEST_SECONDS = 100_000_000_000n;

/** Items of the list, in order. Later releases have added to the end. */
const [MODSEQ, NUM_RECORDS, EXISTS, UNSEEN, COUNTS, FOLDERS, SENDERS, SUBJECT, SIZE, THREAD, CREATEDMODSEQ] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const;

/** Source: conv_to_buf and _saxconvparse, imap/conversations.c 3.0.18, 3.4.8, 3.13. */
export function parseConversation(cid: bigint, value: Buffer, row: RowFaults): Decoded<ConversationRow> {
  const head = splitVersion(value);
  if (head === undefined) return row.bad('VERSION (...)', value.toString('latin1', 0, 80));
  const { version } = head;
  if (version > NEWEST) return row.bad(`version 0 to ${String(NEWEST)}`, String(version), 'conversations-version');
  const item = row.dlist(value, head.at);
  if (item === undefined) return row;
  const items = asList(item);
  if (items === undefined) return row.bad('a list', item.kind);

  const wide = (at: number): bigint =>
    asUnsigned(items[at]) ?? bad(`a number as item ${String(at + 1)}`, items[at], 0n);
  const number = (at: number): number => Number(wide(at));
  const bad = <T>(expected: string, found: DlistItem | undefined, instead: T): T => {
    row.bad(expected, asString(found) ?? found?.kind ?? 'the end');
    return instead;
  };
  const list = <T>(at: number, what: string, read: (part: readonly DlistItem[]) => T | undefined): T[] => {
    const parts = asList(items[at]);
    if (parts === undefined) return bad(`a list of ${what}`, items[at], []);
    return parts.flatMap((part) => {
      const fields = asList(part);
      const decoded = fields === undefined ? undefined : read(fields);
      return decoded === undefined ? bad<T[]>(what, part, []) : [decoded];
    });
  };
  const counts = asList(items[COUNTS])?.map(asUnsigned);
  const subject = asString(items[SUBJECT]);
  return row.found({
    kind: 'conversation',
    cid,
    version,
    modseq: wide(MODSEQ),
    numRecords: number(NUM_RECORDS),
    exists: number(EXISTS),
    unseen: number(UNSEEN),
    flagCounts:
      counts?.every((count) => count !== undefined) === true
        ? counts.map(Number)
        : bad('a list of numbers as item 5', items[COUNTS], []),
    folders: list(FOLDERS, 'folders', readFolder),
    senders: list(SENDERS, 'senders', readSender),
    ...(subject === undefined ? {} : { subject }),
    // Size and what follows came later: a record without them is whole.
    ...(items.length > SIZE ? { size: number(SIZE) } : {}),
    thread: items.length > THREAD ? list(THREAD, 'messages', (fields) => readMessage(fields, version)) : [],
    ...(items.length > CREATEDMODSEQ ? { createdmodseq: wide(CREATEDMODSEQ) } : {}),
  });
}

function readFolder(fields: readonly DlistItem[]): ConversationFolder | undefined {
  const [folder, modseq, numRecords, exists, unseen, ...more] = fields.map(asUnsigned);
  if (modseq === undefined || unseen === undefined || folder === undefined || more.length > 0) return undefined;
  if (numRecords === undefined || exists === undefined) return undefined;
  return {
    folder: Number(folder),
    modseq,
    numRecords: Number(numRecords),
    exists: Number(exists),
    unseen: Number(unseen),
  };
}

function readSender(fields: readonly DlistItem[]): ConversationSender | undefined {
  const [name, route, mailbox, domain] = fields.map((field) => asString(field));
  const [lastseen, exists] = fields.slice(4).map(asUnsigned);
  if (fields.length !== 4 && (lastseen === undefined || exists === undefined || fields.length !== 6)) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(route === undefined ? {} : { route }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(domain === undefined ? {} : { domain }),
    ...(lastseen === undefined ? {} : { lastseen: Number(lastseen) }),
    ...(exists === undefined ? {} : { exists: Number(exists) }),
  };
}

/** What follows the time is hashes in 3.0 and a modseq in 3.13. */
function readMessage(fields: readonly DlistItem[], version: number): ConversationMessage | undefined {
  const guid = asString(fields[0]);
  const [exists, time, ...more] = fields.slice(1).map(asUnsigned);
  if (guid === undefined || !/^[0-9a-f]{40}$/.test(guid) || exists === undefined || time === undefined)
    return undefined;
  const rest = more.filter((field) => field !== undefined);
  if (rest.length !== more.length) return undefined;
  const isNs = time > LATEST_SECONDS;
  return {
    guid,
    exists: Number(exists),
    internaldate: Number(isNs ? time / NS_PER_SECOND : time),
    ...(isNs ? { internaldateNsec: Number(time % NS_PER_SECOND) } : {}),
    ...(rest.length === 0 ? {} : version === 0 ? { hashes: rest.map(Number) } : { createdmodseq: rest[0]! }),
  };
}
