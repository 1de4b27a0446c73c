import { defineRecordFinding } from './record-subject.js';
import { flagChange, lostFrom } from './what-survives.js';

export const flagsLostOnMaster = defineRecordFinding({
  code: 'flags-lost-on-master',
  class: 'admin',
  since: '0.1.0',
  title: 'Flags or annotations set on the master would be overwritten',
  why: 'Both sides changed the message since they were last equal, the replica later, and the master carries something that the replica lacks.',
  replication: "The replica's whole set replaces the master's.",
  remedy:
    'If the flags named here matter, set them on the replica too (IMAP UID STORE) before replication runs, or set them again on the master afterwards.',
  example: { onlyOnMaster: '\\Flagged', masterModseq: '8', replicaModseq: '9' },
  check: (subject) => {
    const change = flagChange(subject, 'update-master');
    return change !== undefined && change.loses
      ? {
          uid: change.uid,
          facts: {
            onlyOnMaster: lostFrom(change.master, change.replica),
            masterModseq: String(change.master.modseq),
            replicaModseq: String(change.replica.modseq),
          },
          effects: ['update-master'],
        }
      : undefined;
  },
  message: (f) => `${f.onlyOnMaster} on the master would be overwritten by the replica`,
});
