import { defineMailboxFinding } from './mailbox-subject.js';

export const deletedMailboxOnlyOnReplica = defineMailboxFinding({
  code: 'deleted-mailbox-only-on-replica',
  class: 'safe',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: 'Delayed-delete copy that only the replica still has',
  why: 'The master has expired this deleted mailbox already; each side expires its own.',
  replication: 'None. Before Cyrus 3.4 the copy is deleted on the replica too.',
  remedy: 'Nothing. cyr_expire -D on the replica removes it in time.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h' },
  check: ({ mode, master, replica, tombstoneOnMaster, deletedAsMissing }) =>
    mode === 'pair' && master === undefined && replica?.isDeleted === true && !tombstoneOnMaster
      ? {
          facts: { uniqueid: replica.mbentry.uniqueid ?? '' },
          effects: [deletedAsMissing === 'no' ? 'none' : 'delete-on-replica'],
        }
      : undefined,
  message: () => 'a deleted mailbox that the master has expired already',
});
