import { defineMailboxFinding } from './mailbox-subject.js';
import { deleteThatIsCarried } from './renamed-on-master.js';

export const mailboxDeletedOnMaster = defineMailboxFinding({
  code: 'mailbox-deleted-on-master',
  class: 'safe',
  since: '0.1.0',
  title: 'Deleted on the master, not yet on the replica',
  why: 'The mailbox is a delayed-delete copy on the master, and the entry of the replica is not newer than the delete. Messages that only the replica has would have a finding of their own.',
  replication: 'The mailbox is renamed into the DELETED namespace on the replica too.',
  remedy: 'Nothing. Let replication run.',
  example: { replicaName: 'user.fred.Work', masterName: 'DELETED.user.fred.Work.6B00FA8B' },
  check: (subject) => {
    const carried = deleteThatIsCarried(subject);
    return carried?.isOverruled === false ? { facts: carried.facts, effects: ['rename-on-replica'] } : undefined;
  },
  message: (f) => `${f.replicaName} will become ${f.masterName} on the replica`,
});
