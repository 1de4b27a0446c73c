import { numberOf } from '../number-of.js';
import { defineListFinding } from './list-subject.js';

export const inboxMissing = defineListFinding({
  code: 'inbox-missing',
  class: 'halt',
  since: '0.1.0',
  title: 'User with subfolders but without INBOX',
  why: 'The list of the master has mailboxes of this user and no INBOX. Cyrus never leaves that behind; an entry was lost.',
  replication:
    'Most releases skip the user silently with exit status 0, and an UNUSER line in the log destroys him on the replica. Cyrus 2.4 and 3.0 destroy him there as soon as sync_client -u or a USER line names him.',
  remedy:
    'Do not start replication. Look for the directory of the INBOX (the findings entry-lost and orphan-directory name it) and put its entry back with the server stopped: reconstruct -P DIRECTORY (Cyrus 3.6 and later), or a backup of mailboxes.db. Then audit again.',
  example: { userid: 'fred', mailboxes: 3 },
  check: (s) =>
    s.kind === 'inbox-missing' && s.side !== 'replica'
      ? { side: s.side, facts: { userid: s.userid, mailboxes: s.mailboxes } }
      : undefined,
  message: (f) => `${f.userid} has ${numberOf(f.mailboxes, 'mailbox', 'mailboxes')} and no INBOX`,
});
