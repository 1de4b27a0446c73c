import { defineMailboxFinding } from './mailbox-subject.js';
import { renamedOnMaster } from './renamed-on-master.js';

export const mailboxRenamed = defineMailboxFinding({
  code: 'mailbox-renamed',
  class: 'safe',
  since: '0.1.0',
  title: 'Renamed on the master, not yet on the replica',
  why: 'Same uniqueid, other name, and the entry of the master is the newer one.',
  replication: 'The mailbox is renamed on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { replicaName: 'user.fred.Old', masterName: 'user.fred.New' },
  check: ({ master, replica, renameNeedsLog, renameIsLogged, renameTargetTaken }) =>
    master !== undefined &&
    replica !== undefined &&
    master.mbentry.mboxname !== replica.mbentry.mboxname &&
    master.isDeleted === replica.isDeleted &&
    !renameTargetTaken &&
    (!renameNeedsLog || renameIsLogged) &&
    (master.isDeleted || renamedOnMaster(master, replica))
      ? {
          facts: { replicaName: replica.mbentry.mboxname, masterName: master.mbentry.mboxname },
          effects: ['rename-on-replica'],
        }
      : undefined,
  message: (f) => `${f.replicaName} will be renamed to ${f.masterName} on the replica`,
});
