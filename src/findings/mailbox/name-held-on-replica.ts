import { defineMailboxFinding } from './mailbox-subject.js';

export const nameHeldOnReplica = defineMailboxFinding({
  code: 'name-held-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'On the replica the name is still that of a mailbox which was renamed or deleted',
  why: 'On the master a mailbox was renamed or deleted and another one made under its name. The replica has the old one under that name, and nothing carries the rename: the pending log does not have it, and it went to another user or concerns a shared mailbox.',
  replication:
    'Refused on every run; the rest of the user is blocked. It is created when the other mailbox has its new name.',
  remedy:
    'Sync both in one run, this mailbox and the one that had its name: sync_client -m MAILBOX NEWNAME (for a user: all of his mailboxes, old and new names), then audit again.',
  example: { replicaUniqueid: 'dtroqv4i7waaihb6f331kwvj', masterName: 'shared.new' },
  check: ({ master, replica, conflict }) =>
    master !== undefined && replica === undefined && conflict?.refused === true && conflict.renamedTo !== undefined
      ? {
          facts: { replicaUniqueid: conflict.uniqueid, masterName: conflict.renamedTo },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) =>
    `the mailbox of this name on the replica (uniqueid ${f.replicaUniqueid}) is ${f.masterName} on the master`,
});
