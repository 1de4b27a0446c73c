import { defineFor } from '../define.js';

/** A user of a pair, as the mailbox lists and the pending log show him. */
export interface UserSubject {
  readonly userid: string;
  readonly inboxOnMaster: 'live' | 'tombstone' | 'absent';
  /** Live mailboxes of the user's own on the replica, delayed-delete copies not counted. */
  readonly replicaMailboxes: number;
  /** Of these, how many are delayed-delete copies of the same user on the master. */
  readonly deletedOnMaster: number;
  /** Of these, how many belong to another user on the master. */
  readonly movedOnMaster: number;
  /** The pending log has a line that removes the user on the replica. */
  readonly unuserLogged: boolean;
  /** The engine wipes a user whose INBOX the master's list does not have as soon as it is told to sync him. */
  readonly wipedBySync: boolean;
}

export const defineUserFinding = defineFor<UserSubject>('user');

/** True when the master remembers deleting the user. */
export function wasDeleted(subject: UserSubject): boolean {
  return subject.inboxOnMaster === 'tombstone' || (subject.inboxOnMaster === 'absent' && subject.deletedOnMaster > 0);
}
