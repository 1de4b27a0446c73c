import { defineRecordFinding, isProvenExpunge } from './record-subject.js';

export const recordDiscardedOnReplica = defineRecordFinding({
  code: 'record-discarded-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Message only on the replica would be expunged there',
  why: "The master has no record of this message and its deletedmodseq is above the message's modseq: Cyrus takes it for one that the master expunged and cleaned out. The disk cannot tell that from a message the master never had, or whose record a reconstruct dropped after its file was lost.",
  replication:
    'The message is expunged on the replica, silently and with exit status 0. If the master never had it, this destroys the last copy.',
  remedy:
    'Look at the message on the replica. If the user deleted it on the master, let replication run. If not, save its file from the replica first (mbpath MAILBOX shows the directory, the file is named by the UID) and deliver it again on the master (deliver -q USER < FILE).',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '3', deletedmodseq: '9', knownToMaster: true },
  check: (subject) => {
    const { lowerBound, deletedOnMaster, masterDeletedmodseq } = subject;
    const { action, pair, replicaNewUid } = subject.outcome;
    const discarded =
      action === 'discard-on-replica' ? !isProvenExpunge(subject) : action === 'clash' && replicaNewUid === 0;
    return pair.replica !== undefined && !deletedOnMaster && discarded
      ? {
          uid: pair.uid,
          facts: {
            guid: pair.replica.guid,
            modseq: String(pair.replica.modseq),
            deletedmodseq: String(masterDeletedmodseq),
            knownToMaster: pair.replica.createdmodseq !== 0 && pair.replica.createdmodseq <= lowerBound,
          },
          effects: ['expunge-on-replica'],
        }
      : undefined;
  },
  message: (f) =>
    `message ${f.guid.slice(0, 8)} (modseq ${f.modseq}, the master has purged up to ${f.deletedmodseq}) is only on the replica and would be expunged there${f.knownToMaster ? '; the master once had it' : ''}`,
});
