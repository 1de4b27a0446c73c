import { defineRecordFinding } from './record-subject.js';

export const recordOnlyOnReplica = defineRecordFinding({
  code: 'record-only-on-replica',
  class: 'safe',
  since: '0.1.0',
  title: 'Message only on the replica, copied back under its own UID',
  why: 'The replica received a message that the master never had, above every UID that the master has used.',
  replication: 'The full compare fetches the message and appends it on the master under the same UID.',
  remedy: 'Nothing. Afterwards find out who delivered to the replica: it should not have been in service.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '42' },
  check: ({ outcome: { action, pair }, deletedOnMaster, masterUidOfReplicaGuid, copybackFails }) =>
    action === 'append-on-master' &&
    pair.replica !== undefined &&
    !deletedOnMaster &&
    !copybackFails &&
    masterUidOfReplicaGuid === undefined
      ? {
          uid: pair.uid,
          facts: { guid: pair.replica.guid, modseq: String(pair.replica.modseq) },
          effects: ['copy-back-to-master'],
        }
      : undefined,
  message: (f) => `message ${f.guid.slice(0, 8)} is only on the replica and will be copied back under the same UID`,
});
