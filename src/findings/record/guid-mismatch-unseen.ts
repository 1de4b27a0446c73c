import { defineRecordFinding } from './record-subject.js';

export const guidMismatchUnseen = defineRecordFinding({
  code: 'guid-mismatch-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'Same UID, different message, and replication cannot see it',
  why: 'The two sides hold different messages under one UID, but headers and cached sync CRCs agree. The sync CRC is an XOR that some exchanges of GUIDs never change.',
  replication: 'Nothing, ever. Users see different mail depending on the side that serves them.',
  remedy:
    'Run reconstruct MAILBOX on both sides: it computes the CRCs again, so that replication sees the difference. Audit again with --level content before replication runs: it will keep both messages under new UIDs (guid-mismatch), unless a file is not the message of its GUID, which has a finding of its own and comes first.',
  example: {
    masterGuid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
    replicaGuid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071',
  },
  check: ({ outcome: { action, pair } }) =>
    action === 'unseen' &&
    pair.master !== undefined &&
    pair.replica !== undefined &&
    pair.master.guid !== pair.replica.guid
      ? { uid: pair.uid, facts: { masterGuid: pair.master.guid, replicaGuid: pair.replica.guid }, effects: ['unseen'] }
      : undefined,
  message: (f) =>
    `master holds ${f.masterGuid.slice(0, 8)}, replica holds ${f.replicaGuid.slice(0, 8)}, and replication will not notice`,
});
