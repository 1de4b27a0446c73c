import { defineRecordFinding } from './record-subject.js';
import { lostFrom, nothingLost } from './what-survives.js';

export const expungeOverridesReplicaChange = defineRecordFinding({
  code: 'expunge-overrides-replica-change',
  class: 'admin',
  since: '0.1.0',
  title: 'Expunged on the master, changed later on the replica',
  why: 'A user of the replica flagged or annotated the message after the sides parted; the master had expunged it.',
  replication: "The master's expunge wins, even over a newer change: the message vanishes for the user of the replica.",
  remedy:
    'Ask whether the message is still wanted. If it is, copy it to another mailbox on the replica (IMAP UID COPY) or save its file before replication runs; or bring it back on the master under a new UID (unexpunge -u -d MAILBOX UID).',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', onlyOnReplica: '\\Flagged' },
  check: ({ outcome: { action, pair }, lowerBound, isScript }) =>
    action === 'expunge-on-replica' &&
    pair.master !== undefined &&
    pair.replica !== undefined &&
    pair.master.guid === pair.replica.guid &&
    !nothingLost(pair.replica, pair.master, { lowerBound, isScript })
      ? {
          uid: pair.uid,
          facts: { guid: pair.replica.guid, onlyOnReplica: lostFrom(pair.replica, pair.master) },
          effects: ['expunge-on-replica', 'overwrite-on-replica'],
        }
      : undefined,
  message: (f) => `message ${f.guid.slice(0, 8)} would be expunged although the replica set ${f.onlyOnReplica}`,
});
