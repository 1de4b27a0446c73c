import { defineMailboxFinding } from './mailbox-subject.js';

export const renameTargetTaken = defineMailboxFinding({
  code: 'rename-target-taken',
  class: 'admin',
  since: '0.1.0',
  title: 'The new name is taken on the replica',
  why: 'The mailbox was renamed on the master, and the replica has another mailbox under the new name that does not make way.',
  replication: 'The rename is refused and the whole user fails on every run.',
  remedy:
    'On the replica rename the mailbox that holds the new name to one that neither side has (cyradm: renamemailbox NEWNAME NEWNAME-replica), run sync_client -u USER on the master, and audit again. When the master has that mailbox too, because names were exchanged, it gets its right name in the same run.',
  example: { replicaName: 'user.fred.Old', masterName: 'user.fred.New' },
  check: ({ master, replica, renameTargetTaken: taken }) =>
    master !== undefined && replica !== undefined && master.mbentry.mboxname !== replica.mbentry.mboxname && taken
      ? {
          facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) => `${f.replicaName} cannot be renamed to ${f.masterName}: the replica has another mailbox of that name`,
});
