import { defineMailboxFinding } from './mailbox-subject.js';

export const renameNotLogged = defineMailboxFinding({
  code: 'rename-not-logged',
  class: 'admin',
  since: '0.1.0',
  title: 'A rename or delete that only the pending log could carry, and the log does not have it',
  why: 'A user or a shared mailbox was renamed or deleted on the master. sync_client -u and -A look at one user or mailbox at a time and fail here (uniqueid in use under the old name), or do not look at all; only a RENAME line, or both names in one batch of the log, carries it.',
  replication:
    'Refused on every run, or ignored; the replica keeps the old name. Where the user who had it has other mailboxes on the master, replication of him may delete it on the replica.',
  remedy:
    'Sync both names in one run: sync_client -m OLDNAME NEWNAME (for a user: all of his mailboxes, old and new names), then audit again.',
  example: { replicaName: 'shared.old', masterName: 'shared.new' },
  check: ({ master, replica, renameNeedsLog, renameIsLogged, deletedUnderOldName }) =>
    master !== undefined &&
    replica !== undefined &&
    master.mbentry.mboxname !== replica.mbentry.mboxname &&
    renameNeedsLog &&
    !renameIsLogged
      ? {
          facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
          effects: deletedUnderOldName ? ['delete-on-replica', 'blocked'] : ['blocked'],
        }
      : undefined,
  message: (f) =>
    `${f.replicaName} on the replica is ${f.masterName} on the master, and no pending log line carries that`,
});
