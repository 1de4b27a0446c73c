import { numberOf } from '../number-of.js';
import { defineMailboxFinding, isDeleteFollowed } from './mailbox-subject.js';

export const replicaMailboxDestroyed = defineMailboxFinding({
  code: 'replica-mailbox-destroyed',
  class: 'admin',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: 'Mailbox with messages would be destroyed on the replica',
  why: 'The master deleted this mailbox, or its user, and has no copy to compare with (an immediate delete, a delayed one that has expired, or a mailbox that only the replica ever had): a message that arrived on the replica alone would be lost unseen.',
  replication:
    "The replica's mailbox is deleted at once with its files, whatever its own delete mode is, with exit status 0 and no error line.",
  remedy:
    'Look at the mailbox on the replica. If its newest messages are all older than the delete, let replication run; otherwise copy them to another mailbox first.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', exists: 12 },
  check: (subject) => {
    const { replica } = subject;
    return replica !== undefined && isDeleteFollowed(subject) && (replica.exists > 0 || replica.head === undefined)
      ? { facts: { uniqueid: replica.mbentry.uniqueid ?? '', exists: replica.exists }, effects: ['delete-on-replica'] }
      : undefined;
  },
  message: (f) =>
    `${numberOf(f.exists, 'message')} on the replica would be destroyed: the mailbox or its user was deleted on the master`,
});
