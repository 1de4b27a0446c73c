import { numberOf } from '../number-of.js';
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
    'On the replica rename the mailbox (cyradm: renamemailbox MAILBOX MAILBOX-replica), or delete it when it is not wanted (setaclmailbox MAILBOX ADMIN x, then deletemailbox MAILBOX). Run sync_client -u USER on the master. What is needed of the renamed one comes to the master with sync_client -S MASTERHOST -m MAILBOX-replica on the replica. An INBOX cannot be renamed without its user: save its message files on the replica (mbpath user.USER), and ask before you go on.',
  example: {
    masterUniqueid: '7unn4hc962zx7rcdridljy7h',
    replicaUniqueid: 'dtroqv4i7waaihb6f331kwvj',
    replicaExists: 3,
  },
  check: ({ master, replica, conflict }) =>
    master !== undefined && replica === undefined && conflict?.refused === true && conflict.renamedTo === undefined
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
    `master has uniqueid ${f.masterUniqueid}, replica ${f.replicaUniqueid} with ${numberOf(f.replicaExists, 'message')}`,
});
