import { defineRecordFinding } from './record-subject.js';

export const recordCopiedBackRenumbered = defineRecordFinding({
  code: 'record-copied-back-renumbered',
  class: 'admin',
  since: '0.1.0',
  title: "The replica's message would come back to the master under a new UID",
  why: 'Only the replica has this message, at a UID that the master has used. Either the master never had it (a split brain, or a record lost on the master), or the user expunged it on the master and it would come back.',
  replication: 'The message is copied back to the master under a new UID and its old UID is expunged on the replica.',
  remedy:
    'If the user expunged it on the master, expunge it on the replica too before replication runs (IMAP UID STORE n +FLAGS (\\Deleted), UID EXPUNGE n). Otherwise accept the new UID: run sync_client -u USER, then audit again.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', newUid: 12, knownToMaster: false },
  check: ({ outcome: { action, pair, replicaNewUid }, deletedOnMaster, lowerBound }) =>
    action === 'copyback-renumbered' && pair.replica !== undefined && replicaNewUid !== undefined && !deletedOnMaster
      ? {
          uid: pair.uid,
          facts: {
            guid: pair.replica.guid,
            newUid: replicaNewUid,
            knownToMaster: pair.replica.createdmodseq !== 0 && pair.replica.createdmodseq <= lowerBound,
          },
          effects: ['copy-back-to-master', 'renumber'],
        }
      : undefined,
  message: (f) =>
    `the replica's message ${f.guid.slice(0, 8)} would come back as uid ${String(f.newUid)}${f.knownToMaster ? ' although the master once had it' : ''}`,
});
