import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxDeletedOnReplica = defineMailboxFinding({
  code: 'mailbox-deleted-on-replica',
  class: 'safe',
  since: '0.1.0',
  title: 'Deleted on the replica only; it comes back',
  why: 'The mailbox is live on the master and a delayed-delete copy on the replica.',
  replication: "The replica's copy is renamed back to its place.",
  remedy: 'Nothing, if the delete on the replica was a mistake. If it was meant, delete the mailbox on the master.',
  example: { replicaName: 'DELETED.user.fred.Work.6B00FA8B', masterName: 'user.fred.Work' },
  check: ({ master, replica }) =>
    master?.isDeleted === false && replica?.isDeleted === true
      ? {
          facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
          effects: ['rename-on-replica'],
        }
      : undefined,
  message: (f) => `${f.replicaName} on the replica will become ${f.masterName} again`,
});
