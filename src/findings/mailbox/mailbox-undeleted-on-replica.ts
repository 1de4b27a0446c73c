import { defineMailboxFinding } from './mailbox-subject.js';
import { deleteThatIsCarried } from './renamed-on-master.js';

export const mailboxUndeletedOnReplica = defineMailboxFinding({
  code: 'mailbox-undeleted-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Brought back from DELETED on the replica, or changed there after the delete',
  why: "The mailbox is a delayed-delete copy on the master and live on the replica, and the entry of the replica is newer than the delete: somebody gave it its name back there, or changed it. When the master's delete is the newer one it is mailbox-deleted-on-master.",
  replication:
    'The mailbox is renamed into the DELETED namespace on the replica too, where cyr_expire destroys it in time. sync_client exits 0.',
  remedy:
    'Decide whether the mailbox is wanted. If it is, bring it back on the master too before replication runs, under the name that it has on the replica (cyradm: renamemailbox DELETEDNAME REPLICANAME). If it is not, let replication run.',
  example: { replicaName: 'user.fred.Work', masterName: 'DELETED.user.fred.Work.6B00FA8B' },
  check: (subject) => {
    const carried = deleteThatIsCarried(subject);
    return carried?.isOverruled === true
      ? { facts: carried.facts, effects: ['rename-on-replica', 'overwrite-on-replica'] }
      : undefined;
  },
  message: (f) => `${f.replicaName}, in use again on the replica, would become ${f.masterName} there`,
});
