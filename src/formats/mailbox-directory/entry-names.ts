/** What an entry of a mailbox directory, or of the directory of archived messages, is by its name. */
export type EntryKind =
  | 'header'
  | 'index'
  | 'cache'
  | 'annotations'
  | 'expunge'
  | 'squat'
  | 'dav'
  /** A message file. */
  | 'message'
  /** What an unfinished rewrite or delivery left: never data, but for `cyrus.cache.NEW`. */
  | 'leftover'
  | 'lock'
  /** Messages on their way into or out of mailboxes. */
  | 'staging'
  /** In the layout by name: a mailbox below, when it is a directory. */
  | 'other';

export interface EntryName {
  readonly kind: EntryKind;
  /** For a person. */
  readonly what: string;
  /** Of a message file, and of what was left of one. */
  readonly uid?: number;
  /** Of a leftover: the name that it was to have. */
  readonly of?: string;
}

const FILES: ReadonlyMap<string, readonly [EntryKind, what: string]> = new Map([
  ['cyrus.header', ['header', 'what the mailbox is called and who may use it']],
  ['cyrus.index', ['index', 'the records of the messages']],
  ['cyrus.cache', ['cache', 'envelopes and structures of the messages']],
  ['cyrus.annotations', ['annotations', 'annotations of the messages']],
  ['cyrus.expunge', ['expunge', 'expunged records of 2.3; later releases ignore it']],
  ['cyrus.squat', ['squat', 'a search index, which can be made again']],
  ['cyrus.dav', ['dav', 'a DAV database of 2.4-caldav and 2.5; later releases ignore it']],
  ['stage.', ['staging', 'messages that are being delivered']],
  ['sync.', ['staging', 'messages that are being replicated']],
]);

/** Of the largest UID. */
const MAX_DIGITS = 10;
const [DOT, ZERO] = [0x2e, 0x30];
const LEFTOVER = /^(.+)\.NEW$/;

/**
 * A repack renames cyrus.index first: when it dies in between, the cache that belongs to the new index is still called
 * so. Source: mailbox_repack_commit, imap/mailbox.c 3.6.7; index.md section 8.
 */
const CACHE_LEFTOVER = 'cyrus.cache.NEW';

/** Source: mailbox-files.md section 1; imap/mailbox.h 2.3.19 to 3.13. */
export function classifyEntryName(name: string): EntryName {
  const [kind, what] = FILES.get(name) ?? [];
  if (kind !== undefined && what !== undefined) return { kind, what };
  const uid = uidOfMessageFile(name);
  if (uid !== undefined) return { kind: 'message', what: 'a message file', uid };
  const of = LEFTOVER.exec(name)?.[1];
  if (of !== undefined) {
    // The temporary file of a message has its number, with or without the dot.
    const ofUid = uidOfMessageFile(of) ?? uidOfMessageFile(`${of}.`);
    const leftoverOf =
      name === CACHE_LEFTOVER
        ? 'a cache that was not put in place: the right one when cyrus.index has the next generation already'
        : 'what an unfinished rewrite left: never data';
    return { kind: 'leftover', what: leftoverOf, of, ...(ofUid === undefined ? {} : { uid: ofUid }) };
  }
  if (name.endsWith('.lock')) return { kind: 'lock', what: 'a lock file, without content' };
  return { kind: 'other', what: 'no file of Cyrus by its name' };
}

/** The UID of `UID.`, without leading zeros; undefined for any other name. */
export function uidOfMessageFile(name: string): number | undefined {
  // By hand, as it is asked for every file of a spool: a regular expression makes an array of each match.
  const digits = name.length - 1;
  if (digits < 1 || digits > MAX_DIGITS || name.charCodeAt(digits) !== DOT || name.charCodeAt(0) === ZERO)
    return undefined;
  let uid = 0;
  for (let i = 0; i < digits; i++) {
    const digit = name.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    uid = uid * 10 + digit;
  }
  return uid <= 0xffffffff ? uid : undefined;
}
