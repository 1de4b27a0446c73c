import { defineRecordFinding } from './record-subject.js';
import { lostFrom, nothingLost, sameSets } from './what-survives.js';

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
  check: ({
    outcome: {
      action,
      pair: { uid, master: m, replica: r },
    },
    lowerBound,
  }) =>
    action === 'update-master' &&
    m !== undefined &&
    r !== undefined &&
    !sameSets(m, r) &&
    !nothingLost(m, r, lowerBound)
      ? {
          uid,
          facts: { onlyOnMaster: lostFrom(m, r), masterModseq: String(m.modseq), replicaModseq: String(r.modseq) },
          effects: ['update-master'],
        }
      : undefined,
  message: (f) => `${f.onlyOnMaster} on the master would be overwritten by the replica`,
});
