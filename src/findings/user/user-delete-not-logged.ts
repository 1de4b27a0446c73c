import { defineUserFinding, wasDeleted } from './user-subject.js';

export const userDeleteNotLogged = defineUserFinding({
  code: 'user-delete-not-logged',
  class: 'admin',
  since: '0.1.0',
  title: 'User deleted on the master, and no pending log line says so',
  why: 'The master remembers deleting the user and the replica still has his mailboxes. Only the lines of the pending log (RENAME, UNUSER) carry the delete of a user.',
  replication: 'sync_client -u and -A do nothing: the user stays on the replica.',
  remedy:
    'Check that the user is meant to be gone, then delete him on the replica (cyradm deletemailbox, or sync_client with an UNUSER line in a file given with -r -f).',
  example: { mailboxes: 4 },
  check: (subject) =>
    wasDeleted(subject) && subject.replicaMailboxes > subject.movedOnMaster && !subject.unuserLogged
      ? { facts: { mailboxes: subject.replicaMailboxes }, effects: ['none'] }
      : undefined,
  message: (f) => `deleted on the master; ${String(f.mailboxes)} mailboxes stay on the replica`,
});
