import { defineRecordFinding } from './record-subject.js';
import { lostFrom, nothingLost, sameSets } from './what-survives.js';

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
  check: ({
    outcome: {
      action,
      pair: { uid, master: m, replica: r },
    },
    lowerBound,
  }) =>
    action === 'update-replica' &&
    m !== undefined &&
    r !== undefined &&
    !sameSets(m, r) &&
    !nothingLost(r, m, lowerBound)
      ? {
          uid,
          facts: { onlyOnReplica: lostFrom(r, m), masterModseq: String(m.modseq), replicaModseq: String(r.modseq) },
          effects: ['overwrite-on-replica'],
        }
      : undefined,
  message: (f) => `${f.onlyOnReplica} on the replica would be overwritten by the master`,
});
