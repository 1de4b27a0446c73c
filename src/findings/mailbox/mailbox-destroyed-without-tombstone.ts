import { numberOf } from '../number-of.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const mailboxDestroyedWithoutTombstone = defineMailboxFinding({
  code: 'mailbox-destroyed-without-tombstone',
  class: 'admin',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: "Mailbox missing in the master's list would be destroyed on the replica",
  why: "The replica has a mailbox that the master's list does not have. Before Cyrus 3.4 sync_client takes that for a delete and needs no tombstone. The disk cannot tell an immediate delete on the master from an entry that the list lost, or from a mailbox that only the replica ever had.",
  replication: "The replica's mailbox is deleted at once with its files, with exit status 0 and no error line.",
  remedy:
    'Ask whether the mailbox was deleted on the master. If it was, let replication run. If not, rename it on the replica to a user who is not replicated (cyradm: renamemailbox), or copy its messages away, before sync_client -u runs for the user; when its directory is still on the master, put its entry back first (reconstruct -P DIRECTORY, or a backup of mailboxes.db).',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', exists: 12 },
  check: ({ mode, master, replica, deletedAsMissing, userAbsentOnMaster, sentAsScripts }) =>
    mode === 'pair' &&
    master === undefined &&
    replica !== undefined &&
    !replica.isDeleted &&
    deletedAsMissing === 'unlogged' &&
    !userAbsentOnMaster &&
    !sentAsScripts
      ? { facts: { uniqueid: replica.mbentry.uniqueid ?? '', exists: replica.exists }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `only on the replica (${numberOf(f.exists, 'message')}); replication would delete it there`,
});
