import { defineRecordFinding } from './record-subject.js';

export const guidMismatch = defineRecordFinding({
  code: 'guid-mismatch',
  class: 'admin',
  since: '0.1.0',
  title: 'Same UID, different message: a split brain',
  why: 'Both sides gave the same UID to different messages while they were apart.',
  replication:
    'Both messages are kept, with their flags, under new UIDs: the one with the lower GUID gets the lower UID.',
  remedy:
    'Find out when both sides were in service. If new UIDs are acceptable (POP3 users download again), run sync_client -u USER, then audit again. Do not use sync_client -O: it repairs nothing here.',
  example: {
    masterGuid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    replicaGuid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    masterNewUid: 8,
    replicaNewUid: 9,
  },
  check: ({ outcome: { action, pair, masterNewUid, replicaNewUid } }) =>
    action === 'clash' && pair.master?.expunged === false && pair.replica?.expunged === false
      ? {
          uid: pair.uid,
          facts: {
            masterGuid: pair.master.guid,
            replicaGuid: pair.replica.guid,
            masterNewUid: masterNewUid ?? pair.uid,
            replicaNewUid: replicaNewUid ?? pair.uid,
          },
          effects: ['copy-back-to-master', 'renumber'],
        }
      : undefined,
  message: (f) =>
    `master holds ${f.masterGuid.slice(0, 8)} (would become uid ${String(f.masterNewUid)}), replica holds ${f.replicaGuid.slice(0, 8)} (${f.replicaNewUid === 0 ? 'would be expunged' : `would become uid ${String(f.replicaNewUid)}`})`,
});
