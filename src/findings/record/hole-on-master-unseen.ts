import { defineRecordFinding } from './record-subject.js';

export const holeOnMasterUnseen = defineRecordFinding({
  code: 'hole-on-master-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'Message missing on the master, and replication cannot see it',
  why: "The master's index has no record for a message that the replica has, but its header and cached sync CRC say that all is well. The user cannot see the message any more.",
  replication: 'Nothing, ever. The message stays only on the replica.',
  remedy:
    'Run reconstruct MAILBOX on the master: it computes the CRC again, so that replication sees the difference, and a message file that is still there comes back. Audit again before replication runs: it says whether the message of the replica would come back to the master or be expunged on the replica.',
  example: { guid: '91aa1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '4' },
  check: ({ outcome: { action, pair }, deletedOnMaster }) =>
    action === 'unseen' && pair.master === undefined && pair.replica !== undefined && !deletedOnMaster
      ? { uid: pair.uid, facts: { guid: pair.replica.guid, modseq: String(pair.replica.modseq) }, effects: ['unseen'] }
      : undefined,
  message: (f) => `the master lacks message ${f.guid.slice(0, 8)} and replication will not notice`,
});
