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
  /** UID under which the replica's message is live on the master, when it is there under another one. */
  readonly masterUidOfReplicaGuid?: number;
}

export const defineRecordFinding = defineFor<RecordSubject>('record');
