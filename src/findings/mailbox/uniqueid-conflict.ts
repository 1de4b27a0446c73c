import { defineMailboxFinding } from './mailbox-subject.js';

export const uniqueidConflict = defineMailboxFinding({
  code: 'uniqueid-conflict',
  class: 'admin',
  since: '0.1.0',
  title: 'Same name, different mailbox',
  why: 'The two sides have mailboxes of this name that were created separately: the uniqueids differ, and that of the replica has held messages. Before Cyrus 3.6 one that never held any is refused too.',
  replication:
    'Refused on every run; the rest of the user is blocked. sync_client -O would destroy the messages on the replica.',
  remedy:
    'On the replica rename the mailbox (cyradm: renamemailbox MAILBOX MAILBOX.replica), or delete it when it is not wanted (deletemailbox MAILBOX). Run sync_client -u USER on the master, then move what is needed into the right one on the master.',
  example: {
    masterUniqueid: '7unn4hc962zx7rcdridljy7h',
    replicaUniqueid: 'dtroqv4i7waaihb6f331kwvj',
    replicaExists: 3,
  },
  check: ({ master, replica, conflict }) =>
    master !== undefined && replica === undefined && conflict?.refused === true
      ? {
          facts: {
            masterUniqueid: master.mbentry.uniqueid ?? '',
            replicaUniqueid: conflict.uniqueid,
            replicaExists: conflict.exists,
          },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) =>
    `master has uniqueid ${f.masterUniqueid}, replica ${f.replicaUniqueid} with ${String(f.replicaExists)} messages`,
});
