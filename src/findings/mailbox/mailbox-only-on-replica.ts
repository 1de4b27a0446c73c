import { numberOf } from '../number-of.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxOnlyOnReplica = defineMailboxFinding({
  code: 'mailbox-only-on-replica',
  class: 'admin',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: 'Mailbox only on the replica',
  why: "The replica has a mailbox that the master's list neither has nor remembers as deleted.",
  replication: 'Neither deleted nor copied back: it stays only on the replica, and sync_client exits 0.',
  remedy:
    'If it is wanted, copy this one mailbox to the master: on the replica, sync_client -S MASTERHOST -m MAILBOX. (With -u instead, the subscriptions, the seen state and the quota of the replica would replace those of the master.) If it is not, delete it on the replica (cyradm: setaclmailbox MAILBOX ADMIN x, then deletemailbox MAILBOX).',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', exists: 12 },
  check: ({ mode, master, replica, tombstoneOnMaster, deletedAsMissing, userAbsentOnMaster, sentAsScripts }) =>
    mode === 'pair' &&
    master === undefined &&
    replica !== undefined &&
    !replica.isDeleted &&
    !tombstoneOnMaster &&
    deletedAsMissing === 'no' &&
    !userAbsentOnMaster &&
    !sentAsScripts
      ? { facts: { uniqueid: replica.mbentry.uniqueid ?? '', exists: replica.exists }, effects: ['none'] }
      : undefined,
  message: (f) => `only on the replica (${numberOf(f.exists, 'message')}); replication leaves it there`,
});
