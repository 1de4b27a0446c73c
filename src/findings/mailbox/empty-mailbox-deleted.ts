import { defineMailboxFinding, isDeleteFollowed } from './mailbox-subject.js';

export const emptyMailboxDeleted = defineMailboxFinding({
  code: 'empty-mailbox-deleted',
  class: 'safe',
  since: '0.1.0',
  heldOnlyBy: 'replica',
  title: 'Empty mailbox deleted on the master, not yet on the replica',
  why: 'The master remembers deleting this mailbox, by a tombstone or by a line of the pending log, and the replica holds no message in it.',
  replication: 'The mailbox is deleted on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h' },
  check: (subject) => {
    const { replica } = subject;
    return replica?.head !== undefined && isDeleteFollowed(subject) && replica.exists === 0
      ? { facts: { uniqueid: replica.mbentry.uniqueid ?? '' }, effects: ['delete-on-replica'] }
      : undefined;
  },
  message: () => 'will be deleted on the replica; it holds no message',
});
