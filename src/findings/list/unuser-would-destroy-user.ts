import { defineListFinding } from './list-subject.js';

export const unuserWouldDestroyUser = defineListFinding({
  code: 'unuser-would-destroy-user',
  class: 'halt',
  since: '0.1.0',
  title: 'A pending log line would destroy a user on the replica',
  why: 'The pending log has a line that removes a user (UNUSER; with Cyrus 2.4 and 3.0 also USER) whose INBOX is not in the list of the master, and the list does not remember deleting it: the entry was lost, not removed.',
  replication: 'The line needs no tombstone: the replica deletes every mailbox of the user at once.',
  remedy:
    'Do not start replication. With sync_client stopped take the line out of CONFDIR/sync/log (keep a copy), restore the mailbox list of the master, and audit again.',
  example: { userid: 'fred', mailboxes: 4 },
  check: (s) =>
    s.kind === 'unuser'
      ? { side: 'master', facts: { userid: s.userid, mailboxes: s.mailboxes }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `the pending log would delete all ${String(f.mailboxes)} mailboxes of ${f.userid} on the replica`,
});
