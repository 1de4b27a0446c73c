import { decodeName } from '../../bytes/text.js';
import type { Decoded } from '../../model/fault.js';
import { asList, asString } from '../dlist/dlist.js';
import { parseConversation, type ConversationRow } from './conversation-row.js';
import { parseGuidRow, type GuidRow } from './guid-row.js';
import { RowFaults, asUnsigned, splitVersion } from './row-faults.js';

/** A row of conversations.db. All of them can be rebuilt (`ctl_conversationsdb -R`). */
export type ConversationsRow =
  /** Flags that are counted per conversation. */
  | { readonly kind: 'counted-flags'; readonly flags: readonly string[] }
  /** Mailboxes by number: their names (up to 3.4 and in databases of that time) or uniqueids; undefined = removed. */
  | {
      readonly kind: 'folders';
      readonly by: 'mboxname' | 'uniqueid';
      readonly folders: readonly (string | undefined)[];
    }
  /** 3.13+. */
  | { readonly kind: 'version'; readonly version: number }
  /** 3.13+: ids of messages and threads are given to clients in their short form. */
  | { readonly kind: 'compact-emailids'; readonly value: string }
  | MessageIdRow
  | ConversationRow
  | FolderRow
  | GuidRow
  /** 3.13+: id of a message for JMAP, made from its internaldate. */
  | { readonly kind: 'jmapid'; readonly jmapid: string; readonly guid: string }
  /** 3.2+: what quota_use_conversations counts. */
  | { readonly kind: 'quota'; readonly emails: bigint; readonly storage: bigint };

/** Message-ID of a message to its conversations. */
export interface MessageIdRow {
  readonly kind: 'msgid';
  readonly msgid: string;
  readonly version: number;
  readonly cids: readonly bigint[];
  /** When it was last used. Seconds since the epoch. */
  readonly time: number;
}

/** Counts of one mailbox. */
export interface FolderRow {
  readonly kind: 'folder';
  /** uniqueid or, up to 3.4, mailbox name. */
  readonly folder: string;
  readonly version: number;
  readonly threadmodseq: bigint;
  readonly threadexists: number;
  readonly threadunseen: number;
  /** 3.2+. */
  readonly emailexists?: number;
  readonly emailunseen?: number;
}

/** Rows that the key names as a whole. Source: imap/conversations.c 3.13. */
const FLAGS_KEY = '$COUNTED_FLAGS';
const NAMES_KEY = '$FOLDER_NAMES';
const IDS_KEY = '$FOLDER_IDS';
const VERSION_KEY = '$VERSION';
const COMPACT_KEY = '$COMPACT_EMAILIDS';
const QUOTA_KEY = 'Q';

/** The newest of the database as a whole. Source: CONVERSATIONS_VERSION, imap/conversations.c 3.13. */
const NEWEST_DATABASE = 2;

/** Source: imap/conversations.c 3.0.18, 3.4.8, 3.6.7, 3.12.3, 3.13; mailbox-files.md section 9. */
export function parseConversationsRow(key: Buffer, value: Buffer, file: string): Decoded<ConversationsRow> {
  const name = decodeName(key);
  const row = new RowFaults(name, file);
  switch (name) {
    case FLAGS_KEY:
      return row.found({ kind: 'counted-flags', flags: decodeName(value).split(' ').filter(Boolean) });
    case NAMES_KEY:
      return parseFolders('mboxname', value, row);
    case IDS_KEY:
      return parseFolders('uniqueid', value, row);
    case VERSION_KEY:
      return parseVersion(value, row);
    case COMPACT_KEY:
      return row.found({ kind: 'compact-emailids', value: decodeName(value) });
    case QUOTA_KEY:
      return parseQuota(value, row);
  }
  switch (name[0]) {
    case '<':
      return parseMessageId(name, value, row);
    case 'B': {
      const cid = name.slice(1);
      if (!/^[0-9a-f]{16}$/.test(cid)) return row.badKey('B and 16 hex digits');
      return parseConversation(BigInt(`0x${cid}`), value, row);
    }
    case 'F':
      return name.length === 1 ? row.badKey('F and a mailbox') : parseFolder(name.slice(1), value, row);
    case 'G':
      return parseGuidRow(key, value, file);
    case 'J': {
      const guid = value.toString('latin1');
      if (!/^[-0-9A-Z_a-z]{11}$/.test(name.slice(1))) return row.badKey('J and 11 characters');
      if (!/^[0-9a-f]{40}$/.test(guid)) return row.bad('40 hex digits', guid);
      return row.found({ kind: 'jmapid', jmapid: name.slice(1), guid });
    }
    default:
      return row.badKey('a key of conversations');
  }
}

function parseFolders(by: 'mboxname' | 'uniqueid', value: Buffer, row: RowFaults): Decoded<ConversationsRow> {
  const item = row.dlist(value, 0);
  if (item === undefined) return row;
  const items = asList(item);
  if (items === undefined) return row.bad('a list', item.kind);
  const folders = items.map((folder) => {
    const name = asString(folder);
    if (name === undefined) row.bad('names', folder.kind);
    return name === '-' ? undefined : name;
  });
  return row.found({ kind: 'folders', by, folders });
}

function parseVersion(value: Buffer, row: RowFaults): Decoded<ConversationsRow> {
  const text = value.toString('latin1');
  if (!/^\d{1,5}$/.test(text)) return row.bad('a version', text);
  const version = Number(text);
  if (version > NEWEST_DATABASE) row.bad(`version 0 to ${String(NEWEST_DATABASE)}`, text, 'conversations-version');
  return row.found({ kind: 'version', version });
}

function parseQuota(value: Buffer, row: RowFaults): Decoded<ConversationsRow> {
  const text = value.toString('latin1');
  const match = /^1 %\(E (-?\d{1,20}) S (-?\d{1,20})\)$/.exec(text);
  if (match === null) return row.bad('1 %(E EMAILS S BYTES)', text);
  return row.found({ kind: 'quota', emails: BigInt(match[1]!), storage: BigInt(match[2]!) });
}

function parseMessageId(msgid: string, value: Buffer, row: RowFaults): Decoded<ConversationsRow> {
  if (msgid.length < 3 || !msgid.endsWith('>')) row.badKey('<MESSAGE-ID>');
  const text = value.toString('latin1');
  const match = /^(\d{1,5}) ([0-9a-f]{16}(?:,[0-9a-f]{16})*) (\d{1,20})$/.exec(text);
  if (match === null) return row.bad('VERSION CID[,CID] TIME', text);
  const version = Number(match[1]);
  if (version !== 0) return row.bad('version 0', String(version), 'conversations-version');
  const cids = match[2]!.split(',').map((cid) => BigInt(`0x${cid}`));
  return row.found({ kind: 'msgid', msgid, version, cids, time: Number(match[3]) });
}

function parseFolder(folder: string, value: Buffer, row: RowFaults): Decoded<ConversationsRow> {
  const head = splitVersion(value);
  if (head === undefined) return row.bad('VERSION (COUNTS)', value.toString('latin1', 0, 80));
  if (head.version !== 0) return row.bad('version 0', String(head.version), 'conversations-version');
  const item = row.dlist(value, head.at);
  if (item === undefined) return row;
  const numbers = (asList(item) ?? []).map(asUnsigned);
  const [threadmodseq, threadexists, threadunseen, emailexists, emailunseen] = numbers;
  if (
    threadmodseq === undefined ||
    threadexists === undefined ||
    threadunseen === undefined ||
    ![3, 5].includes(numbers.length) ||
    numbers.includes(undefined)
  )
    return row.bad('3 or 5 numbers', value.toString('latin1', head.at, head.at + 80));
  return row.found({
    kind: 'folder',
    folder,
    version: head.version,
    threadmodseq,
    threadexists: Number(threadexists),
    threadunseen: Number(threadunseen),
    ...(emailexists === undefined ? {} : { emailexists: Number(emailexists) }),
    ...(emailunseen === undefined ? {} : { emailunseen: Number(emailunseen) }),
  });
}
