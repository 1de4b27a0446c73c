import { numberOf } from '../number-of.js';
import { defineUserFinding, wasDeleted } from './user-subject.js';

export const userDeleteNotLogged = defineUserFinding({
  code: 'user-delete-not-logged',
  class: 'admin',
  since: '0.1.0',
  title: 'User deleted on the master, and no pending log line says so',
  why: 'The master remembers deleting the user and the replica still has his mailboxes. Only the lines of the pending log (RENAME, UNUSER) carry the delete of a user.',
  replication:
    'sync_client -A does nothing, nor does -u: the user stays on the replica. (With Cyrus 2.4 and 3.0 sync_client -u USER removes him there.)',
  remedy:
    'Check that the user is meant to be gone. Then delete him on the replica (cyradm: setaclmailbox user.USER ADMIN x, then deletemailbox user.USER), or on the master put the line "UNUSER USER" into a file that cyrus can write to and run sync_client -r -f FILE, which deletes his mailboxes on the replica at once.',
  example: { mailboxes: 4 },
  check: (subject) =>
    wasDeleted(subject) && subject.replicaMailboxes > subject.movedOnMaster && !subject.unuserLogged
      ? { facts: { mailboxes: subject.replicaMailboxes }, effects: ['none'] }
      : undefined,
  message: (f) => `deleted on the master; ${numberOf(f.mailboxes, 'mailbox stays', 'mailboxes stay')} on the replica`,
});
