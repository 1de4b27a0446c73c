import { defineRecordFinding } from './record-subject.js';

export const expungedOnReplicaOnly = defineRecordFinding({
  code: 'expunged-on-replica-only',
  class: 'admin',
  since: '0.1.0',
  title: 'Live message on the master would be expunged because the replica expunged it',
  why: 'The message is live on the master and expunged on the replica. Cyrus lets an expunge win, whichever side is newer.',
  replication: "The master's live message is expunged.",
  remedy:
    'If the message was to go, let replication run. If not, keep a copy on the master first (IMAP UID COPY to another mailbox and back): the copy has a new UID that the expunge does not touch.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', masterModseq: '9', replicaModseq: '7' },
  check: ({ outcome: { action, pair } }) =>
    action === 'expunge-on-master' && pair.master !== undefined && pair.master.guid === pair.replica?.guid
      ? {
          uid: pair.uid,
          facts: {
            guid: pair.master.guid,
            masterModseq: String(pair.master.modseq),
            replicaModseq: String(pair.replica.modseq),
          },
          effects: ['expunge-on-master'],
        }
      : undefined,
  message: (f) => `the master's live message ${f.guid.slice(0, 8)} would be expunged: the replica expunged it`,
});
