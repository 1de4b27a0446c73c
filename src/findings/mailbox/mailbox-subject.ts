import type { AclEntry, Mbentry } from '../../model/mailbox.js';
import type { MailboxHead } from '../../model/record-pair.js';
import type { MailboxPrediction } from '../../replication/predict-mailbox.js';
import type { ReleaseHazards } from '../../replication/engine.js';
import { defineFor } from '../define.js';

/** A value that is written in two places. */
export interface Copies {
  readonly field: string;
  readonly list: string;
  readonly other: string;
}

/** One side of a mailbox as the judgement sees it. */
export interface MailboxSideFacts {
  readonly mbentry: Mbentry;
  /** In the DELETED namespace. */
  readonly isDeleted: boolean;
  /** Missing when the mailbox cannot be opened. */
  readonly head?: MailboxHead;
  /** Live records. */
  readonly exists: number;
  /** Files that Cyrus needs to open the mailbox and that are not there. */
  readonly missing: readonly ('directory' | 'cyrus.index' | 'cyrus.header')[];
  /** Where cyrus.header disagrees with the list. */
  readonly headerDisagrees: readonly { readonly field: string; readonly list: string; readonly header: string }[];
  /** The list has no row by uniqueid that names this mailbox. */
  readonly uniqueidRowLost: boolean;
  /** Copies of what the list says that say otherwise. */
  readonly staleCopies: readonly Copies[];
  /** The quota root that covers the mailbox, where cyrus.header names another. */
  readonly quotaroot?: Copies;
  /** Fields in which the two rows of the list differ. */
  readonly rowsDiffer: readonly Copies[];
  /** Identifiers with a right on the mailbox and without the row of the list that shows it to them. */
  readonly missingAclRows: readonly string[];
  readonly path: string;
  /** Lost: the side has no annotations.db, or an empty one, and what it held is gone. */
  readonly annotationsDb: 'sound' | 'lost' | 'damaged';
}

/** A mailbox of a pair (joined by uniqueid), or of one side. */
export interface MailboxSubject {
  /** A pair, or one side judged for itself. */
  readonly mode: 'pair' | 'single';
  readonly mboxname: string;
  readonly master?: MailboxSideFacts;
  readonly replica?: MailboxSideFacts;
  readonly single?: MailboxSideFacts;
  readonly prediction?: MailboxPrediction;
  /** Records that differ. */
  readonly differing: number;
  readonly lowerBound: number;
  /** The replica's mailbox of the same name and another uniqueid. */
  readonly conflict?: {
    readonly uniqueid: string;
    readonly lastUid: number;
    readonly exists: number;
    readonly acl: readonly AclEntry[];
    /** Missing when it cannot be read; it is refused then. */
    readonly head?: MailboxHead;
    /** Replication refuses to replace it. */
    readonly refused: boolean;
    /** Its name on the master, which nothing carries to the replica. */
    readonly renamedTo?: string;
  };
  /** The name to which the replica's row by uniqueid gives this uniqueid, where no mailbox of it is. */
  readonly uniqueidUsedBy?: string;
  /** Another mailbox holds this name on the replica and would have to make way for a rename. */
  readonly renameTargetTaken: boolean;
  /** The master's list has a tombstone under the replica's name. */
  readonly tombstoneOnMaster: boolean;
  /** Replication acts on that tombstone: the user is synced as a whole, or the pending log has a line for it. */
  readonly deleteIsCarried: boolean;
  /**
   * Without a tombstone on the master the engine deletes the replica's mailbox all the same: because the pending log has
   * a line that says so, or because the master's list does not have it.
   */
  readonly deletedAsMissing: 'no' | 'logged' | 'unlogged';
  /** The pending log removes the mailbox's user on the replica, and the mailbox with him. */
  readonly removedWithUser: boolean;
  /** Owner changes or there is no owner: only the pending log can carry the rename. */
  readonly renameNeedsLog: boolean;
  readonly renameIsLogged: boolean;
  /** Nothing carries the rename, and replication of the user who had it takes it for deleted. */
  readonly deletedUnderOldName: boolean;
  /** The mailbox's user is not on the master; a finding of the user says so. */
  readonly userAbsentOnMaster: boolean;
  readonly replicaPartitions: readonly string[];
  /** Mailbox annotations reach the replica with the mailbox, or the pending log has the line that carries them. */
  readonly annotationsCarried: boolean;
  readonly hazards: ReleaseHazards;
  /** It holds sieve scripts, and one of the servers knows no such mailbox: they are sent by commands of their own. */
  readonly sentAsScripts: boolean;
  /** Messages with annotations that replication would have to send. */
  readonly annotatedSent: number;
  /** The mailbox that stops replication of this user before this one; only set when this one differs. */
  readonly blockedBy?: string;
}

export const defineMailboxFinding = defineFor<MailboxSubject>('mailbox');

/** True when the master remembers the delete of a mailbox that only the replica still has, and replication follows. */
export function isDeleteFollowed(subject: MailboxSubject): boolean {
  const { mode, master, replica, tombstoneOnMaster, deleteIsCarried, deletedAsMissing, removedWithUser } = subject;
  if (mode !== 'pair' || master !== undefined || replica === undefined) return false;
  return (
    (tombstoneOnMaster && deleteIsCarried) || deletedAsMissing === 'logged' || (removedWithUser && !replica.isDeleted)
  );
}

/** The sides of a subject with their roles. */
export function sidesOf(
  subject: MailboxSubject,
): readonly { readonly side: 'master' | 'replica' | 'single'; readonly facts: MailboxSideFacts }[] {
  return (['master', 'replica', 'single'] as const).flatMap((side) => {
    const facts = subject[side];
    return facts === undefined ? [] : [{ side, facts }];
  });
}
