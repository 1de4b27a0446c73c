import { defineRecordFinding } from './record-subject.js';
import { flagChange, lostFrom } from './what-survives.js';

export const flagsLostOnReplica = defineRecordFinding({
  code: 'flags-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Flags or annotations set on the replica would be overwritten',
  why: 'Both sides may have changed the message since they were last equal, and the replica carries something that the master lacks. The disk cannot tell a flag set on the replica from one that the master removed.',
  replication: "The master's whole set replaces the replica's, usually without a log line.",
  remedy:
    'If the flags named here matter, set them on the master too (IMAP UID STORE) before replication runs. If not, let it run.',
  example: { onlyOnReplica: '\\Flagged', masterModseq: '9', replicaModseq: '8' },
  check: (subject) => {
    const change = flagChange(subject, 'update-replica');
    return change !== undefined && change.loses
      ? {
          uid: change.uid,
          facts: {
            onlyOnReplica: lostFrom(change.replica, change.master),
            masterModseq: String(change.master.modseq),
            replicaModseq: String(change.replica.modseq),
          },
          effects: ['overwrite-on-replica'],
        }
      : undefined;
  },
  message: (f) => `${f.onlyOnReplica} on the replica would be overwritten by the master`,
});
