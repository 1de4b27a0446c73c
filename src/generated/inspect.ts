/* Generated from schemas/inspect.schema.json by npm run generate. Do not edit. */

export type InspectFormat =
  | 'cyrus.index'
  | 'cyrus.expunge'
  | 'cyrus.cache'
  | 'cyrus.header'
  | 'cyrus.squat'
  | 'cyrus.annotations'
  | 'annotations.db'
  | 'mailboxes.db'
  | 'seen'
  | 'sub'
  | 'quota'
  | 'conversations'
  | 'counters'
  | 'statuscache'
  | 'sync-cache'
  | 'sync-log'
  | 'sieve-script'
  | 'sieve-bytecode'
  | 'sieve-active-link'
  | 'skipstamp'
  | 'imapd.conf'
  | 'deliver.db'
  | 'tls_sessions.db'
  | 'ptscache.db'
  | 'database';
/**
 * One thing a file holds.
 */
export type InspectItem =
  | InspectIndexHeader
  | InspectMailboxHeader
  | InspectCacheHeader
  | InspectCacheRecord
  | InspectRecord
  | InspectMailbox
  | InspectMailboxByUniqueid
  | InspectMailboxByJmapid
  | InspectReverseAcl
  | InspectNameByUniqueid
  | InspectUsergroup
  | InspectAnnotation
  | InspectSeen
  | InspectVersion
  | InspectSubscription
  | InspectQuota
  | InspectCountedFlags
  | InspectConversationFolders
  | InspectCompactEmailids
  | InspectMsgid
  | InspectConversation
  | InspectConversationFolder
  | InspectMessageGuid
  | InspectMessageJmapid
  | InspectConversationQuota
  | InspectCounters
  | InspectStatus
  | InspectCachedMailbox
  | InspectLogLine
  | InspectOption
  | InspectSkipstamp
  | InspectSieveBytecode
  | InspectSieveScript
  | InspectSieveActiveLink
  | InspectRow
  | InspectFault
  | InspectNotDecoded;
export type U32 = number;
/**
 * Seconds since the epoch.
 */
export type Time = number;
/**
 * 64 bits, decimal.
 */
export type U64 = string;
export type Count = number;
/**
 * SHA-1 of the message or of the decoded part.
 */
export type Guid = string;
export type Id16 = string;
/**
 * 64 bits, decimal; below 0 on a server whose counting went wrong.
 */
export type I64 = string;
/**
 * What `cyraudit inspect --json` prints: one entry per file. `--ndjson` prints one object per line, of the form #/$defs/ndjsonLine. 64-bit values are decimal strings.
 */
export type Inspect = readonly InspectFile[];

export interface InspectFile {
  /**
   * As it was named.
   */
  file: string;
  format: InspectFormat;
  /**
   * Storage format of a database.
   */
  backend?:
    'twoskip' | 'skiplist' | 'flat' | 'twom' | 'quotalegacy' | 'empty' | 'unknown' | 'berkeley' | 'sqlite' | 'zeroskip';
  /**
   * As the file has it.
   */
  formatVersion?: string;
  /**
   * Releases of Cyrus that write this version: for a person.
   */
  writtenBy?: string;
  items: readonly (InspectItem & InspectCommon)[];
}
/**
 * Header of cyrus.index.
 */
export interface InspectIndexHeader {
  type: 'header';
  minorVersion: U32;
  startOffset: U32;
  recordSize: U32;
  numRecords: U32;
  generationNo: U32;
  lastUid: U32;
  uidvalidity: U32;
  deleted: U32;
  answered: U32;
  flagged: U32;
  options: U32;
  exists: U32;
  headerFileCrc: U32;
  syncCrcBasic: U32;
  syncCrcAnnot: U32;
  recentuid: U32;
  unseen: U32;
  lastAppenddate: Time;
  pop3LastLogin: Time;
  firstExpunged: Time;
  lastRepackTime: Time;
  recenttime: Time;
  pop3ShowAfter: Time;
  changesEpoch: Time;
  quotaMailboxUsed: U64;
  quotaAnnotUsed: U64;
  /**
   * 64 bits, decimal.
   */
  quotaDeletedUsed: string;
  /**
   * 64 bits, decimal.
   */
  quotaExpungedUsed: string;
  highestmodseq: U64;
  deletedmodseq: U64;
  createdmodseq: U64;
}
/**
 * cyrus.header.
 */
export interface InspectMailboxHeader {
  type: 'header';
  form: 'text' | 'dlist';
  mboxname?: string;
  uniqueid?: string;
  mbtype?: string;
  quotaroot?: string;
  /**
   * In stored order.
   */
  acl: readonly InspectAclEntry[];
  /**
   * By number; null = a free slot.
   */
  userFlags: readonly (string | null)[];
}
export interface InspectAclEntry {
  identifier: string;
  rights: string;
}
/**
 * Head of cyrus.cache.
 */
export interface InspectCacheHeader {
  type: 'header';
  generation: U32;
  size: Count;
}
/**
 * Record of one message in cyrus.cache; long texts are cut.
 */
export interface InspectCacheRecord {
  type: 'record';
  offset: Count;
  length: Count;
  crc: string;
  /**
   * Of the index beside it; absent without one.
   */
  uids?: readonly U32[];
  /**
   * Of the index; without one, the versions that it looks like.
   */
  cacheVersion: U32 | string;
  envelope: string;
  bodystructure: string;
  body: string;
  headers: string;
  from: string;
  to: string;
  cc: string;
  bcc: string;
  subject: string;
  /**
   * Parts of the message; a text where they cannot be told or are too many.
   */
  section: string | readonly (InspectCachePart | string)[];
}
/**
 * 0 stands for the header of what it is in, and its text.
 */
export interface InspectCachePart {
  part: string;
  headerOffset: U32;
  headerSize?: U32;
  contentOffset: U32;
  contentSize?: U32;
  encoding: string;
  charset?: string;
  contentGuid?: string;
  decodedSize?: U32;
  contentLines?: U32;
}
/**
 * Record of one message in cyrus.index.
 */
export interface InspectRecord {
  type: 'record';
  uid: U32;
  guid: Guid;
  modseq: U64;
  createdmodseq: U64;
  internaldate: Time;
  internaldateNsec?: U32;
  lastUpdated: Time;
  savedate: Time;
  size: Count;
  cid: Id16;
  basecid?: Id16;
  flags: readonly string[];
  sentdate?: Time;
  gmtime?: Time;
  headerSize?: U32;
  cacheOffset?: Count;
  cacheCrc?: U32;
  cacheVersion?: U32;
  contentLines?: U32;
}
/**
 * Row of mailboxes.db by name.
 */
export interface InspectMailbox {
  type: 'mailbox';
  /**
   * Internal name.
   */
  mboxname: string;
  uniqueid?: string;
  jmapid?: string;
  partition?: string;
  server?: string;
  /**
   * In stored order.
   */
  acl: readonly InspectAclEntry[];
  uidvalidity?: U32;
  foldermodseq?: U64;
  createdmodseq?: U64;
  mtime?: Time;
  /**
   * Newest first.
   */
  history: readonly InspectFormerName[];
  /**
   * As stored.
   */
  mbtype: string;
  kind: string;
  flags?: ('deleted' | 'intermediate' | 'remote' | 'reserved' | 'moving' | 'legacyDirs')[];
}
export interface InspectFormerName {
  mboxname: string;
  mtime?: Time;
  uidvalidity?: U32;
  createdmodseq?: U64;
  foldermodseq?: U64;
  mbtype?: string;
  partition?: string;
}
/**
 * Row of mailboxes.db by uniqueid.
 */
export interface InspectMailboxByUniqueid {
  type: 'mailbox-by-uniqueid';
  /**
   * Internal name.
   */
  mboxname: string;
  uniqueid: string;
  jmapid?: string;
  partition?: string;
  server?: string;
  /**
   * In stored order.
   */
  acl: readonly InspectAclEntry[];
  uidvalidity?: U32;
  foldermodseq?: U64;
  createdmodseq?: U64;
  mtime?: Time;
  /**
   * Newest first.
   */
  history: readonly InspectFormerName[];
  /**
   * As stored.
   */
  mbtype: string;
  kind: string;
  flags?: ('deleted' | 'intermediate' | 'remote' | 'reserved' | 'moving' | 'legacyDirs')[];
}
/**
 * Row of mailboxes.db by jmapid.
 */
export interface InspectMailboxByJmapid {
  type: 'mailbox-by-jmapid';
  /**
   * Internal name.
   */
  mboxname: string;
  uniqueid?: string;
  jmapid: string;
  partition?: string;
  server?: string;
  /**
   * In stored order.
   */
  acl: readonly InspectAclEntry[];
  uidvalidity?: U32;
  foldermodseq?: U64;
  createdmodseq?: U64;
  mtime?: Time;
  /**
   * Newest first.
   */
  history: readonly InspectFormerName[];
  /**
   * As stored.
   */
  mbtype: string;
  kind: string;
  flags?: ('deleted' | 'intermediate' | 'remote' | 'reserved' | 'moving' | 'legacyDirs')[];
  /**
   * Absent = a shared mailbox.
   */
  userid?: string;
}
/**
 * Reverse ACL: identifier may see the mailbox. The row that switches them on has neither.
 */
export interface InspectReverseAcl {
  type: 'reverse-acl';
  scope?: 'user' | 'shared';
  identifier?: string;
  mboxname?: string;
  value?: string;
}
/**
 * $RUNQ row of 3.3 to 3.5. The row that switches them on has neither.
 */
export interface InspectNameByUniqueid {
  type: 'name-by-uniqueid';
  uniqueid?: string;
  mboxname?: string;
  value?: string;
}
/**
 * A user is in a group; there is a row for each direction.
 */
export interface InspectUsergroup {
  type: 'usergroup';
  name: string;
  related: string;
}
/**
 * Row of annotations.db or cyrus.annotations; with neither uid nor mailbox it is of the server.
 */
export interface InspectAnnotation {
  type: 'annotation';
  /**
   * When it cannot be decoded.
   */
  key?: string;
  uid?: U32;
  mboxname?: string;
  uniqueid?: string;
  entry?: string;
  /**
   * Empty = shared; [.OwNeR.] = the owner's.
   */
  userid?: string;
  value: string;
  contentType?: string;
  modseq: U64;
  deleted: boolean;
}
/**
 * A user's seen state of one mailbox.
 */
export interface InspectSeen {
  type: 'seen';
  uniqueid: string;
  lastread: Time;
  lastuid: Count;
  lastchange: Time;
  sequence: string;
}
/**
 * Row that numbers the version of a database.
 */
export interface InspectVersion {
  type: 'version';
  version: Count;
}
/**
 * A subscribed mailbox.
 */
export interface InspectSubscription {
  type: 'subscription';
  /**
   * Internal name; INBOX and INBOX.name where the file does not tell its user.
   */
  mboxname: string;
}
/**
 * A quota root.
 */
export interface InspectQuota {
  type: 'quota';
  quotaroot: string;
  form: 'dlist' | 'text';
  /**
   * S and AS: used in bytes, limit in KiB. M: messages. NF: mailboxes.
   */
  resources: {
    [k: string]: InspectQuotaUsage;
  };
  modseq?: U64;
  /**
   * A quota -f was running, or died.
   */
  scanning: boolean;
  scan?: InspectQuotaScan;
}
export interface InspectQuotaUsage {
  used: I64;
  /**
   * 64 bits, decimal; below 0 on a server whose counting went wrong.
   */
  limit?: string;
}
export interface InspectQuotaScan {
  mboxname: string;
  used: {
    [k: string]: string;
  };
}
/**
 * Flags that are counted per conversation.
 */
export interface InspectCountedFlags {
  type: 'counted-flags';
  flags: readonly string[];
}
/**
 * Mailboxes of a conversations database.
 */
export interface InspectConversationFolders {
  type: 'conversation-folders';
  by: 'mboxname' | 'uniqueid';
  /**
   * By number; null = removed.
   */
  folders: readonly (string | null)[];
}
/**
 * Ids are given to clients in their short form.
 */
export interface InspectCompactEmailids {
  type: 'compact-emailids';
  value: string;
}
/**
 * Message-ID to its conversations.
 */
export interface InspectMsgid {
  type: 'msgid';
  msgid: string;
  version: Count;
  cids: readonly Id16[];
  time: Time;
}
/**
 * One conversation.
 */
export interface InspectConversation {
  type: 'conversation';
  cid: Id16;
  modseq: U64;
  numRecords: Count;
  exists: Count;
  unseen: Count;
  flagCounts: readonly Count[];
  folders: readonly InspectConversationCounts[];
  senders: readonly InspectConversationSender[];
  subject?: string;
  size?: Count;
  thread: readonly InspectConversationMessage[];
  createdmodseq?: U64;
}
export interface InspectConversationCounts {
  folder: Count;
  modseq: U64;
  numRecords: Count;
  exists: Count;
  unseen: Count;
}
export interface InspectConversationSender {
  name?: string;
  route?: string;
  mailbox?: string;
  domain?: string;
  lastseen?: Time;
  exists?: Count;
}
export interface InspectConversationMessage {
  guid: Guid;
  exists: Count;
  internaldate: Time;
  internaldateNsec?: U32;
  createdmodseq?: U64;
  /**
   * 3.0: CRC-32 of Message-ID and In-Reply-To.
   */
  hashes?: readonly Count[];
}
/**
 * Counts of one mailbox.
 */
export interface InspectConversationFolder {
  type: 'conversation-folder';
  folder: string;
  version: Count;
  threadmodseq: U64;
  threadexists: Count;
  threadunseen: Count;
  emailexists?: Count;
  emailunseen?: Count;
}
/**
 * Where a message or a part of this content is.
 */
export interface InspectMessageGuid {
  type: 'message-guid';
  guid: Guid;
  places: readonly InspectGuidPlace[];
  cid?: Id16;
  basecid?: Id16;
  systemFlags?: U32;
  internalFlags?: U32;
  internaldate?: Count;
  internaldateNsec?: U32;
}
export interface InspectGuidPlace {
  folder: U32;
  uid: U32;
  /**
   * MIME part; absent = the whole message.
   */
  part?: string;
}
/**
 * Id of a message for JMAP.
 */
export interface InspectMessageJmapid {
  type: 'message-jmapid';
  jmapid: string;
  guid: Guid;
}
/**
 * What quota_use_conversations counts.
 */
export interface InspectConversationQuota {
  type: 'conversation-quota';
  emails: I64;
  /**
   * 64 bits, decimal; below 0 on a server whose counting went wrong.
   */
  storage: string;
}
/**
 * A counters file.
 */
export interface InspectCounters {
  type: 'counters';
  generation: U32;
  uidvalidity: U32;
  highestmodseq: U64;
  mailmodseq?: U64;
  caldavmodseq?: U64;
  carddavmodseq?: U64;
  notesmodseq?: U64;
  mailfoldersmodseq?: U64;
  caldavfoldersmodseq?: U64;
  carddavfoldersmodseq?: U64;
  notesfoldersmodseq?: U64;
  quotamodseq?: U64;
  raclmodseq?: U64;
  submissionmodseq?: U64;
  submissionfoldersmodseq?: U64;
  maildeletedmodseq?: U64;
  caldavdeletedmodseq?: U64;
  carddavdeletedmodseq?: U64;
  notesdeletedmodseq?: U64;
  submissiondeletedmodseq?: U64;
  mailfoldersdeletedmodseq?: U64;
  caldavfoldersdeletedmodseq?: U64;
  carddavfoldersdeletedmodseq?: U64;
  notesfoldersdeletedmodseq?: U64;
  submissionfoldersdeletedmodseq?: U64;
  davnotificationmodseq?: U64;
  davnotificationdeletedmodseq?: U64;
  davnotificationfoldersmodseq?: U64;
  davnotificationfoldersdeletedmodseq?: U64;
  jmapnotificationmodseq?: U64;
  jmapnotificationdeletedmodseq?: U64;
  jmapnotificationfoldersmodseq?: U64;
  jmapnotificationfoldersdeletedmodseq?: U64;
  sievemodseq?: U64;
  sievedeletedmodseq?: U64;
  sievefoldersmodseq?: U64;
  sievefoldersdeletedmodseq?: U64;
}
/**
 * What STATUS last answered.
 */
export interface InspectStatus {
  type: 'status';
  mboxname: string;
  userid?: string;
  mailboxid?: string;
  statusitems?: U32;
  messages?: U32;
  recent?: U32;
  uidnext?: U32;
  uidvalidity?: U32;
  unseen?: U32;
  mboptions?: U32;
  deleted?: U32;
  indexMtime?: Time;
  indexIno?: U64;
  indexSize?: U64;
  size?: U64;
  deletedStorage?: U64;
  highestmodseq?: U64;
  createdmodseq?: U64;
}
/**
 * What the replica last acknowledged of a mailbox: row of a sync cache.
 */
export interface InspectCachedMailbox {
  type: 'cached-mailbox';
  mboxname: string;
  uniqueid: string;
  /**
   * In stored order.
   */
  acl?: readonly InspectAclEntry[];
  userFlags?: readonly string[];
  annotations?: readonly InspectCachedAnnotation[];
  /**
   * Keys of no known meaning.
   */
  unknown?: readonly string[];
  jmapid?: string;
  mbtype?: string;
  usergroups?: string;
  partition?: string;
  options?: string;
  quotaroot?: string;
  syncCrcBasic?: U32;
  syncCrcAnnot?: U32;
  lastUid?: U32;
  recentuid?: U32;
  uidvalidity?: U32;
  compactEmailids?: U32;
  minorVersion?: U32;
  sinceCrcBasic?: U32;
  sinceCrcAnnot?: U32;
  recenttime?: Time;
  lastAppenddate?: Time;
  pop3LastLogin?: Time;
  pop3ShowAfter?: Time;
  highestmodseq?: U64;
  xconvmodseq?: U64;
  raclmodseq?: U64;
  createdmodseq?: U64;
  foldermodseq?: U64;
  deletedmodseq?: U64;
  sinceModseq?: U64;
}
export interface InspectCachedAnnotation {
  entry: string;
  userid: string;
  value: string;
  modseq?: U64;
}
/**
 * A line of a sync log.
 */
export interface InspectLogLine {
  type: 'line';
  line: number;
  offset: Count;
  command: string;
  /**
   * Of a command of no known meaning.
   */
  args?: readonly string[];
  userid?: string;
  mboxname?: string;
  otherMboxname?: string;
  uniqueid?: string;
  quotaroot?: string;
}
/**
 * An option of imapd.conf.
 */
export interface InspectOption {
  type: 'option';
  name: string;
  value: string;
}
/**
 * Skiplist databases recovered before this time are recovered when opened.
 */
export interface InspectSkipstamp {
  type: 'skipstamp';
  recovery: Time;
}
/**
 * A compiled script.
 */
export interface InspectSieveBytecode {
  type: 'sieve-bytecode';
  script: string;
}
/**
 * The source of a script.
 */
export interface InspectSieveScript {
  type: 'sieve-script';
  script: string;
  bytes: Count;
  text: string;
}
/**
 * The link to the active script.
 */
export interface InspectSieveActiveLink {
  type: 'sieve-active-link';
  target: string;
  /**
   * Absent when the target is no bytecode of the directory.
   */
  script?: string;
}
/**
 * Row of a database of no known meaning. Bytes that are no text are in hexadecimal after 0x.
 */
export interface InspectRow {
  type: 'row';
  key: string;
  value: string;
}
/**
 * Something that is wrong.
 */
export interface InspectFault {
  type: 'fault';
  code: string;
  /**
   * In the file.
   */
  offset?: number;
  uid?: U32;
  line?: Count;
  includedFile?: string;
  /**
   * Of the row.
   */
  key?: string;
  expected?: string;
  actual?: string;
}
/**
 * The file is known and its content was not looked at.
 */
export interface InspectNotDecoded {
  type: 'not-decoded';
  reason: string;
}
export interface InspectCommon {
  /**
   * From a damaged file: no release of Cyrus shows it.
   */
  salvaged?: true;
  /**
   * Where the item has a version of its own.
   */
  formatVersion?: string;
  /**
   * Where the item tells more than the file.
   */
  writtenBy?: string;
}
