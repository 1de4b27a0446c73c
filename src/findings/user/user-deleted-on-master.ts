import { numberOf } from '../number-of.js';
import { defineUserFinding, wasDeleted } from './user-subject.js';

export const userDeletedOnMaster = defineUserFinding({
  code: 'user-deleted-on-master',
  class: 'safe',
  since: '0.1.0',
  title: 'User deleted on the master, not yet on the replica',
  why: 'The master remembers deleting the user and the pending log carries it. What the replica alone holds would have findings of its own.',
  replication:
    'The mailboxes become delayed-delete copies, or are deleted, on the replica; subscriptions and seen state are removed.',
  remedy: 'Nothing. Let replication run.',
  example: { mailboxes: 4 },
  check: (subject) =>
    wasDeleted(subject) && subject.replicaMailboxes > 0 && subject.unuserLogged
      ? { facts: { mailboxes: subject.replicaMailboxes }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `the log will remove the user's ${numberOf(f.mailboxes, 'mailbox', 'mailboxes')} on the replica`,
});
