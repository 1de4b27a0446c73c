import type { View } from './detect.js';

/** Why a fault is not seen. */
export interface Miss {
  /** Of names of faults. */
  readonly faults: RegExp;
  /** undefined = all. */
  readonly views?: readonly View[];
  readonly reason: string;
}

const ONE: readonly View[] = ['check'];

/** The first that fits counts. */
export const MISSES: readonly Miss[] = [
  {
    faults: /^cyrus\.index header: (lastAppenddate|pop3LastLogin|pop3ShowAfter|recentuid|recenttime) /,
    reason:
      'When something was read or delivered last: any value within its bounds is possible, and the sides may differ without harm.',
  },
  {
    faults: /^cyrus\.index header: (firstExpunged|lastRepackTime|changesEpoch|leakedCacheRecords|\(reserved\)) /,
    reason:
      'A hint for housekeeping, or bytes that nobody reads: Cyrus itself leaves values here that no rule of today explains, so that none is wrong.',
  },
  {
    faults: /^cyrus\.index header: (format|minorVersion) /,
    reason:
      'format has had no meaning since 2.4. Versions 16 and 17 have the same fields but one, which tells nothing: one passes for the other.',
  },
  {
    faults: /^cyrus\.index header: (deletedmodseq|createdmodseq) /,
    reason:
      'Within its bounds any value is possible: what was cleaned out is gone, and a mailbox can be older or younger on the other side. Replication does not compare it.',
  },
  {
    faults: /^cyrus\.index header: (lastUid|highestmodseq|options) /,
    views: ONE,
    reason:
      'UIDs and modseqs are used up without leaving a record, and options are as users set them: only the other side tells.',
  },
  {
    faults: /^cyrus\.(index header: headerFileCrc|index record.*: cacheCrc|index record.*: cacheOffset) zero/,
    reason:
      '0 stands for "not known", or for a message without a cache record: Cyrus leaves it so, and there is nothing to hold it against.',
  },
  {
    faults: /^cyrus\.index record.*: (sentdate|gmtime|headerSize|cacheVersion) /,
    reason:
      'Made from the message, by rules that releases change, and made again by reconstruct; in no checksum that the sides compare. header_size is only held against the size.',
  },
  {
    faults: /^cyrus\.index record, expunged: /,
    reason:
      'The message is expunged on both sides: neither sync CRC covers the record, replication compares nothing of it, and nobody reads it again.',
  },
  {
    faults: /^cyrus\.header: N (drop|key flip)/,
    reason: 'A mailbox that was made before 3.6 has no name in cyrus.header: there is nothing to hold it against.',
  },
  {
    faults: /^cyrus\.cache: generation zero/,
    reason: 'The generation of a mailbox that was never repacked is 0: nothing changes.',
  },
  {
    faults: /^cyrus\.cache: (.* bytes flip \(sealed\)|TO length flip|B?CC length zero)/,
    reason:
      'The cache is made from the message. With a good checksum and a sound shape only making it again could tell, by the rules of the release that wrote it.',
  },
  {
    faults: /^cyrus\.cache: the file append/,
    reason: 'Bytes of no record are normal in cyrus.cache: it is appended to, and repacked now and then.',
  },
  { faults: /^directory entry: a lock file/, reason: 'Lock files are normal.' },
  {
    faults: /^directory entry: sub\.db\.NEW/,
    reason: 'Leftovers beside the databases of single users are not looked for.',
  },
  {
    faults: /^mailboxes\.db row by (name|uniqueid): M /,
    reason:
      'When the entry was changed: any time is possible, and the two rows of a healthy server can be a second apart.',
  },
  {
    faults: /^mailboxes\.db row by uniqueid: H /,
    reason: 'Earlier names that the row by uniqueid remembers: an empty history and none are the same.',
  },
  {
    faults: /^mailboxes\.db rows: (tombstone|an unknown kind|row by uniqueid duplicate)/,
    reason:
      'Tombstones expire; later releases add kinds of rows; and a row by uniqueid without a row by name is what Cyrus leaves of expired mailboxes. A directory that lost its row by name is found by the walk.',
  },
  {
    faults: /: (version|generation|repackSize|record ptr 0|record vallen) .*\(sealed\)/,
    reason:
      'Counts rewrites, is read as another valid value, or is the older one of two links: under a good checksum any of them is possible.',
  },
  {
    faults: /^(cyrus\.annotations|annotations\.db) row: (type|modseq) /,
    reason: 'The content type means nothing to Cyrus, and the modseq of an annotation has no rule but its upper bound.',
  },
  {
    faults: /^annotations\.db row: (entry|userid|value) /,
    views: ONE,
    reason: 'Another annotation than before, of the same length and in good form: only the other side tells.',
  },
  {
    faults: /^seen\.db(:| row:)/,
    views: ONE,
    reason:
      'What a user has seen is known from here alone: a row in good form, or none, is possible. Only the other side tells.',
  },
  {
    faults: /^sub\.db: (name flip|a row drop|the file (empty|remove))/,
    views: ONE,
    reason: 'Subscriptions are known from here alone, also to mailboxes that are not there: only the other side tells.',
  },
  {
    faults: /^sub\.db: version flip/,
    reason: 'Version 3 of 3.12 differs from version 2 only in names that begin like that of the user.',
  },
  {
    faults: /^quota root: S /,
    views: ONE,
    reason: 'Limits are as administrators set them: only the other side tells.',
  },
  {
    faults: /^quota root: (M|AS|NF|MODSEQ)\b/,
    reason:
      'Only the storage is dependable: releases up to today leave the other counts wrong on servers in good health.',
  },
];

/** Findings that name another place than the damaged one, and are right to. */
export const ALSO_NAMED: readonly { readonly faults: RegExp; readonly said: RegExp; readonly reason: string }[] = [
  {
    faults: /^cyrus\.index( record.*: uid |: (a record|the last record|two records) )/,
    said: /^[a-z-]+ (master|replica|single|) ?user\.ada \d+$/,
    reason:
      'A record under another UID takes the place of that message, leaves a hole where it was, and puts those behind it out of order.',
  },
  {
    faults: /^message file.*swap with another message/,
    said: /user\.ada 1$/,
    reason: 'Both messages are wrong.',
  },
  {
    faults: /^(directory entry: a mailbox directory|mailboxes\.db rows: rows by name) swap/,
    said: / user\.ada\.New ?\d*/,
    reason: 'Both mailboxes are wrong.',
  },
];
