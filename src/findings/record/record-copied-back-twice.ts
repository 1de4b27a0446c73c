import { defineRecordFinding } from './record-subject.js';

export const recordCopiedBackTwice = defineRecordFinding({
  code: 'record-copied-back-twice',
  class: 'admin',
  since: '0.1.0',
  title: 'Message that both sides have under different UIDs would be duplicated',
  why: 'The same message was delivered to both sides separately. Replication matches by UID, not by content.',
  replication:
    "The replica's copy is copied back to the master beside the one that is already there: the user sees it twice.",
  remedy:
    'Expunge one of the two copies on the side where it is not wanted (IMAP UID STORE n +FLAGS (\\Deleted), UID EXPUNGE n), then audit again. Or let replication run and delete the second copy afterwards.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', masterUid: 7 },
  check: ({ outcome: { action, pair }, deletedOnMaster, masterUidOfReplicaGuid }) =>
    (action === 'append-on-master' || action === 'copyback-renumbered' || action === 'clash') &&
    pair.replica !== undefined &&
    !pair.replica.expunged &&
    !deletedOnMaster &&
    masterUidOfReplicaGuid !== undefined
      ? {
          uid: pair.uid,
          facts: { guid: pair.replica.guid, masterUid: masterUidOfReplicaGuid },
          effects: ['copy-back-to-master'],
        }
      : undefined,
  message: (f) =>
    `the replica's message ${f.guid.slice(0, 8)} is on the master as uid ${String(f.masterUid)} already and would be there twice`,
});
