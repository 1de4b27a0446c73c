import { defineRecordFinding } from './record-subject.js';
import { lostFrom, nothingLost } from './what-survives.js';

export const deleteOverridesReplicaChange = defineRecordFinding({
  code: 'delete-overrides-replica-change',
  class: 'admin',
  since: '0.1.0',
  title: 'Changed on the replica, in a mailbox that the master has deleted',
  why: 'A user of the replica flagged or annotated the message after the sides parted: it was in use there while the mailbox was deleted on the master.',
  replication:
    'The mailbox is renamed into the DELETED namespace on the replica and the message goes with it: no user sees it, and the expiry of deleted mailboxes (cyr_expire -D) destroys it.',
  remedy:
    'Ask whether the mailbox is still wanted. If it is, bring it back on the master before replication runs (cyradm: renamemailbox DELETED.user.USER.NAME.STAMP user.USER.NAME). If it is not, let replication run.',
  example: { guid: '5f0c1a6e4f0e2a7f5c0e7a6c9d1b2c3d4e5f6071', onlyOnReplica: '\\Flagged' },
  check: ({ outcome: { pair }, deletedOnMaster, lowerBound, isScript }) =>
    deletedOnMaster &&
    pair.master?.expunged === false &&
    pair.replica?.expunged === false &&
    pair.master.guid === pair.replica.guid &&
    !nothingLost(pair.replica, pair.master, { lowerBound, isScript })
      ? {
          uid: pair.uid,
          facts: { guid: pair.replica.guid, onlyOnReplica: lostFrom(pair.replica, pair.master) },
          effects: ['rename-on-replica'],
        }
      : undefined,
  message: (f) =>
    `message ${f.guid.slice(0, 8)} would go into the DELETED mailbox although the replica set ${f.onlyOnReplica}`,
});
