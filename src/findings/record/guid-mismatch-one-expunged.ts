import { defineRecordFinding } from './record-subject.js';

export const guidMismatchOneExpunged = defineRecordFinding({
  code: 'guid-mismatch-one-expunged',
  class: 'admin',
  since: '0.1.0',
  title: 'Same UID, different message, one of them expunged',
  why: 'Both sides gave the same UID to different messages while they were apart, and one side has expunged its own.',
  replication: 'The message that is still there is kept on both sides under a new UID.',
  remedy: 'If a new UID is acceptable, run sync_client -u USER and audit again.',
  example: {
    masterGuid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    replicaGuid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    expungedOn: 'replica',
    newUid: 8,
  },
  check: ({ outcome: { action, pair, masterNewUid, replicaNewUid } }) =>
    action === 'clash' &&
    pair.master !== undefined &&
    pair.replica !== undefined &&
    pair.master.expunged !== pair.replica.expunged
      ? {
          uid: pair.uid,
          facts: {
            masterGuid: pair.master.guid,
            replicaGuid: pair.replica.guid,
            expungedOn: pair.master.expunged ? 'master' : 'replica',
            newUid: masterNewUid ?? replicaNewUid ?? 0,
          },
          effects: pair.master.expunged ? ['copy-back-to-master', 'renumber'] : ['renumber'],
        }
      : undefined,
  message: (f) =>
    `master has ${f.masterGuid.slice(0, 8)}, replica ${f.replicaGuid.slice(0, 8)}, expunged on the ${f.expungedOn}; the other would become uid ${String(f.newUid)}`,
});
