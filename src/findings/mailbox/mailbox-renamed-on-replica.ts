import { defineMailboxFinding } from './mailbox-subject.js';
import { renamedOnMaster } from './renamed-on-master.js';

export const mailboxRenamedOnReplica = defineMailboxFinding({
  code: 'mailbox-renamed-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Renamed on the replica, or on both sides',
  why: "Same uniqueid, other name, and the entry of the replica is not older than the master's.",
  replication: "The master's name wins and the name that was chosen on the replica is lost. The messages are kept.",
  remedy:
    "Decide which name is right. If it is that of the replica, rename the mailbox on the master before replication runs (cyradm: renamemailbox OLDNAME NEWNAME). If it is the master's, let replication run.",
  example: { replicaName: 'user.fred.New', masterName: 'user.fred.Old' },
  check: ({ master, replica, renameNeedsLog, renameIsLogged, renameTargetTaken }) =>
    master !== undefined &&
    replica !== undefined &&
    master.mbentry.mboxname !== replica.mbentry.mboxname &&
    !master.isDeleted &&
    !replica.isDeleted &&
    !renameTargetTaken &&
    (!renameNeedsLog || renameIsLogged) &&
    !renamedOnMaster(master, replica)
      ? {
          facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
          effects: ['rename-on-replica', 'overwrite-on-replica'],
        }
      : undefined,
  message: (f) => `${f.replicaName} on the replica would be renamed back to ${f.masterName}`,
});
