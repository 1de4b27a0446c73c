import { defineMailboxFinding } from './mailbox-subject.js';
import { settingsOfReplaced } from './settings-of-replaced.js';

export const emptyReplicaMailboxReplaced = defineMailboxFinding({
  code: 'empty-replica-mailbox-replaced',
  class: 'safe',
  since: '0.1.0',
  title: 'Same name, different mailbox, never used on the replica',
  why: 'The uniqueids differ and the mailbox of the replica has never held a message. Its ACL, options and annotations are all on the master too.',
  replication: "The replica's mailbox is replaced by the master's.",
  remedy: 'Nothing. Let replication run.',
  example: { masterUniqueid: '7unn4hc962zx7rcdridljy7h', replicaUniqueid: 'dtroqv4i7waaihb6f331kwvj' },
  check: (subject) => {
    const { master, conflict } = subject;
    return master !== undefined && conflict !== undefined && settingsOfReplaced(subject)?.length === 0
      ? {
          facts: { masterUniqueid: master.mbentry.uniqueid ?? '', replicaUniqueid: conflict.uniqueid },
          effects: ['overwrite-on-replica', 'copy-to-replica'],
        }
      : undefined;
  },
  message: (f) => `the never used mailbox ${f.replicaUniqueid} on the replica will be replaced by ${f.masterUniqueid}`,
});
