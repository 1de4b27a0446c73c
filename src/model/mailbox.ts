/** One row of an ACL: rights are the letters Cyrus stores, order of rows is the stored order. */
export interface AclEntry {
  readonly identifier: string;
  readonly rights: string;
}

/** `cyrus.header`, either spelling. Source: mailbox_read_header in imap/mailbox.c, 3.6.7 and 2.4.20. */
export interface MailboxHeader {
  readonly form: 'text' | 'dlist';
  /** dlist form only. */
  readonly mboxname?: string;
  readonly uniqueid?: string;
  readonly mbtype?: string;
  readonly quotaroot?: string;
  readonly acl: readonly AclEntry[];
  /** Index = user flag number (0..127); undefined = free slot. */
  readonly userFlags: readonly (string | undefined)[];
}

/** What a mailboxes.db type letter string says. Source: mboxlist_mbtype_to_string, imap/mboxlist.c 3.6.7. */
export interface Mbtype {
  /** Kind letter: `e` email, `f` sieve, `c` calendar, ... */
  readonly kind: string;
  readonly deleted: boolean;
  readonly intermediate: boolean;
  readonly remote: boolean;
  readonly reserved: boolean;
  readonly moving: boolean;
  /** Name-based directory layout. */
  readonly legacyDirs: boolean;
  /** The letters as stored. */
  readonly letters: string;
}

/** A mailbox list entry (an `N`, an `I` or a `J` row of a third-generation mailboxes.db). */
export interface Mbentry {
  /** Internal name: `user.fred.Sent`, `example.com!user.fred`. */
  readonly mboxname: string;
  readonly uniqueid?: string;
  /** 3.13+. */
  readonly jmapid?: string;
  readonly mbtype: Mbtype;
  readonly partition?: string;
  /** Of a murder: the server that has the mailbox. */
  readonly server?: string;
  readonly acl: readonly AclEntry[];
  /** undefined = not stored (entries converted from older lists), which means unknown, not 0. */
  readonly uidvalidity?: number;
  readonly foldermodseq?: number;
  readonly createdmodseq?: number;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  /** Earlier names (I rows only), newest first. */
  readonly history: readonly MbentryName[];
}

export interface MbentryName {
  readonly mboxname: string;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  readonly uidvalidity?: number;
  readonly createdmodseq?: number;
  readonly foldermodseq?: number;
  readonly mbtype?: string;
  readonly partition?: string;
}
