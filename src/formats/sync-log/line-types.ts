/** What an argument of a line names. */
export type SyncLogArgument = 'userid' | 'mboxname' | 'otherMboxname' | 'uniqueid' | 'quotaroot';

export interface SyncLogType {
  readonly arguments: readonly SyncLogArgument[];
  /** Releases that write it, where that tells something: absent = all since 2.3. */
  readonly writtenBy?: string;
}

/** Readers know it. */
const NONE = 'no release';

/** The types of lines. Source: imap/sync_log.h 2.3.19, 2.4.20, 2.5.17, 3.0.18, 3.4.8, 3.13; sync-log.md section 2. */
export const SYNC_LOG_TYPES: Readonly<Record<string, SyncLogType>> = {
  USER: { arguments: ['userid'] },
  UNUSER: { arguments: ['userid'], writtenBy: '2.5 or later' },
  META: { arguments: ['userid'] },
  SIEVE: { arguments: ['userid'], writtenBy: NONE },
  MAILBOX: { arguments: ['mboxname'] },
  APPEND: { arguments: ['mboxname'], writtenBy: '2.3, 3.0 or later' },
  UNMAILBOX: { arguments: ['mboxname'], writtenBy: '2.5 or later' },
  DOUBLEMAILBOX: { arguments: ['mboxname', 'otherMboxname'], writtenBy: '3.4 or later' },
  RENAME: { arguments: ['mboxname', 'otherMboxname'], writtenBy: '3.4 or later' },
  QUOTA: { arguments: ['quotaroot'] },
  ANNOTATION: { arguments: ['mboxname'] },
  SEEN: { arguments: ['userid', 'uniqueid'] },
  SUB: { arguments: ['userid', 'mboxname'] },
  UNSUB: { arguments: ['userid', 'mboxname'], writtenBy: NONE },
  ACL: { arguments: ['mboxname'], writtenBy: '2.3' },
};
