import { defineRecordFinding } from './record-subject.js';

export const holeOnReplicaUnseen = defineRecordFinding({
  code: 'hole-on-replica-unseen',
  class: 'admin',
  since: '0.1.0',
  title: 'Message missing on the replica, and replication cannot see it',
  why: "The replica's index has no record for a message of the master, but its header and cached sync CRC say that all is well.",
  replication:
    'Nothing, ever: the record is below what the replica is believed to have. The message is only on the master.',
  remedy:
    'Run reconstruct -s MAILBOX on the replica: it computes the CRC again, so that replication sees the difference. Audit again; the message will get a new UID (record-renumbered). If that is acceptable, run sync_client -u USER on the master.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', modseq: '4' },
  check: ({ outcome: { action, pair } }) =>
    action === 'unseen' && pair.replica === undefined && pair.master !== undefined
      ? { uid: pair.uid, facts: { guid: pair.master.guid, modseq: String(pair.master.modseq) }, effects: ['unseen'] }
      : undefined,
  message: (f) => `the replica lacks message ${f.guid.slice(0, 8)} and replication will not notice`,
});
