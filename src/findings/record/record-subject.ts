import type { MailboxPrediction, PairOutcome } from '../../replication/predict-mailbox.js';
import { defineFor } from '../define.js';

/** One pair of records that differ, with what replication would do to it. */
export interface RecordSubject {
  readonly mboxname: string;
  readonly outcome: PairOutcome;
  readonly stage: MailboxPrediction['stage'];
  /** A modseq that the last common state had reached at least; a record at or below it was not touched since. */
  readonly lowerBound: number;
  readonly masterDeletedmodseq: number;
  /** The mailbox is a delayed-delete copy on the master and still in use on the replica. */
  readonly deletedOnMaster: boolean;
  /** The master cleans out expunged records at once, so that a hole needs no other explanation. */
  readonly expungeIsImmediate: boolean;
  /** A sieve script: a message of #sieve, and \Flagged marks the active one. */
  readonly isScript: boolean;
  /** The two releases cannot fetch a message from the replica. */
  readonly copybackFails: boolean;
  /** The replica's message is live in another mailbox of the user on the master. */
  readonly liveElsewhereOnMaster: boolean;
  /** UID under which the replica's message is live on the master, when it is there under another one. */
  readonly masterUidOfReplicaGuid: number | undefined;
}

export const defineRecordFinding = defineFor<RecordSubject>('record');

/** True when the master has to fetch the replica's message. */
export function isCopiedBack({ action, replicaNewUid = 0 }: PairOutcome): boolean {
  return action === 'append-on-master' || replicaNewUid > 0;
}

/**
 * True when a message that only the replica has is proven to be one that the master had and that a user removed there:
 * it existed in the common state, was not touched since, and its record cannot have been dropped with a lost file.
 */
export function isProvenExpunge(subject: RecordSubject): boolean {
  const { outcome, lowerBound, expungeIsImmediate, liveElsewhereOnMaster, deletedOnMaster } = subject;
  const { replica } = outcome.pair;
  if (replica === undefined || deletedOnMaster) return false;
  const wasCommon = replica.createdmodseq !== 0 && replica.createdmodseq <= lowerBound && replica.modseq <= lowerBound;
  return wasCommon && (expungeIsImmediate || liveElsewhereOnMaster);
}
