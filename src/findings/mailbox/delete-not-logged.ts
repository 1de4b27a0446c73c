import { numberOf } from '../number-of.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const deleteNotLogged = defineMailboxFinding({
  code: 'delete-not-logged',
  class: 'admin',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: 'A shared mailbox was deleted on the master, and no pending log line says so',
  why: 'The master has a tombstone for a shared mailbox that the replica still has. sync_client -A never deletes shared mailboxes; only an UNMAILBOX line of the log does.',
  replication: 'None: the mailbox stays on the replica.',
  remedy:
    'Look at the mailbox on the replica and, when it is not wanted, delete it there (cyradm: setaclmailbox MAILBOX ADMIN x, then deletemailbox MAILBOX).',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', exists: 3 },
  check: ({ mode, master, replica, tombstoneOnMaster, deleteIsCarried, userAbsentOnMaster }) =>
    mode === 'pair' &&
    master === undefined &&
    replica !== undefined &&
    tombstoneOnMaster &&
    !deleteIsCarried &&
    !userAbsentOnMaster
      ? { facts: { uniqueid: replica.mbentry.uniqueid ?? '', exists: replica.exists }, effects: ['none'] }
      : undefined,
  message: (f) =>
    `deleted on the master, still on the replica (${numberOf(f.exists, 'message')}), and no log line carries it`,
});
