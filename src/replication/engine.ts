/**
 * What the releases of the engine do differently, as far as a prediction depends on it. The client of the master decides
 * nearly everything, so the master's release is the one that counts. Everything else is the same in all of them.
 * Sources are named by field; "run" says that real servers of that release were seen to do it.
 */

/** The first release of each row of the table: 3.6 stands for 3.8 and 3.10 too, 3.12 for what follows it. */
export const ENGINE_VERSIONS = ['2.4', '2.5', '3.0', '3.2', '3.4', '3.6', '3.12'] as const;
export type EngineVersion = (typeof ENGINE_VERSIONS)[number];

export interface EngineTraits {
  /**
   * A user whose INBOX is not in the master's list, named by -u or by a USER line: wiped on the replica, or passed over.
   * Source: do_user, imap/sync_client.c 2.4.20, 2.5.17, 3.0.18; sync_do_user, imap/sync_support.c 3.2.12. Run: 2.4.20,
   * 3.0.18, 3.6.1.
   */
  readonly userWithoutInbox: 'wiped' | 'skipped';
  /**
   * What it takes to delete a mailbox of a user that only the replica has: nothing, a tombstone of that name, or one of
   * that uniqueid. Source: sync_do_folders and its forebears 2.4.20 to 3.12.1. Run: 2.4.20, 2.5.17, 3.0.18, 3.6.1, 3.8.7.
   */
  readonly deletesMissing: 'always' | 'tombstone-by-name' | 'tombstone-by-uniqueid';
  /** The same for a mailbox named by a MAILBOX line. Source: do_mailboxes 2.4.20; sync_do_mailboxes 3.12.1. */
  readonly mailboxLine: 'deletes' | 'deletes-tombstone' | 'leaves';
  /** And for one named by an UNMAILBOX line. Source: do_unmailbox 2.5.17, 3.0.18, 3.2.12, 3.4.9. 2.4 knows no such line. */
  readonly unmailboxLine: 'unknown' | 'deletes' | 'deletes-tombstone';
  /**
   * A mailbox of the replica with the same name, another uniqueid and last_uid 0. Source: sync_apply_mailbox,
   * imap/sync_support.c 3.4.9, 3.6.1. Run: 3.6.1.
   */
  readonly unusedConflict: 'refused' | 'replaced';
  /**
   * An expunged record wins over whatever the other side has at its UID, even another message; GUIDs are looked at
   * when both are live. Source: compare_one_record, imap/sync_client.c, and mailbox_compare_update, imap/sync_server.c
   * 2.4.20.
   */
  readonly expungeBeatsOtherMessage: boolean;
  /** Whose message gets the first new UID at a clash. Source: compare_one_record 2.4.20 and 3.0.18. Run: 2.4.20. */
  readonly clashOrder: 'lower-guid-first' | 'higher-guid-first';
  /**
   * Whose message annotations remain after a full compare. Source: apply_annotations(..., 0) in compare_one_record
   * 3.0.18, 3.4.9; the argument is the winner of the record since 3.6.
   */
  readonly messageAnnotations: 'not-carried' | 'replica' | 'winner';
  /** MAILBOX carries the mailbox annotations. Source: is_unchanged 2.4.20 does not look at them. */
  readonly carriesMailboxAnnotations: boolean;
  /** Annotations are sent and expected with their MODSEQ. Source: decode_annotations 3.0.18, 3.2.12. */
  readonly annotationModseq: boolean;
  /**
   * How sieve scripts travel: as files of which the newer counts, as files that are compared by content, or, between two
   * servers that can, as the messages of the user's #sieve mailbox. Source: do_user_sieve 2.4.20, 2.5.17;
   * sync_do_user_sieve 3.0.18, 3.4.9; SYNC_FLAG_SIEVE_MAILBOX, imap/sync_support.c 3.6.1. Run: 3.6.1.
   */
  readonly sieve: 'files-by-time' | 'files' | 'mailbox';
}

const V2_4: EngineTraits = {
  userWithoutInbox: 'wiped',
  deletesMissing: 'always',
  mailboxLine: 'deletes',
  unmailboxLine: 'unknown',
  unusedConflict: 'refused',
  expungeBeatsOtherMessage: true,
  clashOrder: 'higher-guid-first',
  messageAnnotations: 'not-carried',
  carriesMailboxAnnotations: false,
  annotationModseq: false,
  sieve: 'files-by-time',
};
const V2_5: EngineTraits = {
  ...V2_4,
  userWithoutInbox: 'skipped',
  mailboxLine: 'leaves',
  unmailboxLine: 'deletes',
  expungeBeatsOtherMessage: false,
  clashOrder: 'lower-guid-first',
  messageAnnotations: 'replica',
  carriesMailboxAnnotations: true,
  sieve: 'files',
};
const V3_0: EngineTraits = { ...V2_5, userWithoutInbox: 'wiped' };
const V3_2: EngineTraits = { ...V3_0, userWithoutInbox: 'skipped', annotationModseq: true };
const V3_4: EngineTraits = { ...V3_2, deletesMissing: 'tombstone-by-name', unmailboxLine: 'deletes-tombstone' };
const V3_6: EngineTraits = { ...V3_4, unusedConflict: 'replaced', messageAnnotations: 'winner', sieve: 'mailbox' };
const V3_12: EngineTraits = {
  ...V3_6,
  deletesMissing: 'tombstone-by-uniqueid',
  mailboxLine: 'deletes-tombstone',
};

export const ENGINE_TRAITS: Readonly<Record<EngineVersion, EngineTraits>> = {
  '2.4': V2_4,
  '2.5': V2_5,
  '3.0': V3_0,
  '3.2': V3_2,
  '3.4': V3_4,
  '3.6': V3_6,
  '3.12': V3_12,
};

/** The row of the table for a release such as 3.8.7; undefined when it is no release that replicates this way. */
export function engineOfRelease(release: string): EngineVersion | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?$/.exec(release) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const rank = (version: string): number => {
    const [a, b] = version.split('.');
    return Number(a) * 1000 + Number(b);
  };
  return ENGINE_VERSIONS.findLast((version) => rank(version) <= rank(`${major}.${minor}`));
}

/** True when `a` is an older release than `b`. */
export function isOlderEngine(a: EngineVersion, b: EngineVersion): boolean {
  return ENGINE_VERSIONS.indexOf(a) < ENGINE_VERSIONS.indexOf(b);
}

/** What goes wrong between two releases that does not between equal ones. Seen with 2.4.20, 2.5.17, 3.0.18, 3.6.1, 3.8.7. */
export interface ReleaseHazards {
  /**
   * The master cannot fetch a message from the replica, or the replica refuses what comes of it: FETCH of before 3.2 is
   * not understood by a newer server. Run: 2.4 to 2.5, 2.5 to 3.0, 2.5 to 3.8, 3.0 to 3.8.
   */
  readonly copybackFails: boolean;
  /**
   * The replica refuses a record with a message annotation, as the master sends no MODSEQ with it. Run: 3.0 to 3.8.
   * Source: decode_annotations 3.2.12.
   */
  readonly refusesMessageAnnotations: boolean;
  /** Every upload removes the mailbox annotations of the replica, and none arrives. Run: 2.4 to 2.5, 2.5 and 3.0 to 3.8. */
  readonly dropsMailboxAnnotations: boolean;
  /**
   * The client cannot parse the replica's reply when a mailbox annotation of the replica has a backslash, as the value of
   * a special use does. Run: 3.8.7 to 3.0.18.
   */
  readonly cannotParseBackslash: boolean;
}

export const NO_HAZARDS: ReleaseHazards = {
  copybackFails: false,
  refusesMessageAnnotations: false,
  dropsMailboxAnnotations: false,
  cannotParseBackslash: false,
};

/** The hazards of replication from one release to another. */
export function hazardsBetween(master: EngineVersion, replica: EngineVersion): ReleaseHazards {
  const m = ENGINE_TRAITS[master];
  const r = ENGINE_TRAITS[replica];
  return {
    copybackFails: isOlderEngine(master, replica) && !m.annotationModseq,
    refusesMessageAnnotations: m.messageAnnotations !== 'not-carried' && !m.annotationModseq && r.annotationModseq,
    dropsMailboxAnnotations:
      (!m.carriesMailboxAnnotations && r.carriesMailboxAnnotations) || (!m.annotationModseq && r.annotationModseq),
    cannotParseBackslash: m.annotationModseq && !r.annotationModseq,
  };
}
