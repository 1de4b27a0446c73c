import { defineListFinding } from './list-subject.js';

export const inboxMissing = defineListFinding({
  code: 'inbox-missing',
  class: 'halt',
  since: '0.1.0',
  title: 'User with subfolders but without INBOX',
  why: 'The list of the master has mailboxes of this user and no INBOX. Cyrus never leaves that behind; an entry was lost.',
  replication:
    'The user is skipped silently with exit status 0; an UNUSER line in the log would destroy him on the replica.',
  remedy:
    'Look for the directory of the INBOX (see the findings about directories without an entry), put its entry back into the list with the server stopped, and audit again.',
  example: { userid: 'fred', mailboxes: 3 },
  check: (s) =>
    s.kind === 'inbox-missing' && s.side !== 'replica'
      ? { side: s.side, facts: { userid: s.userid, mailboxes: s.mailboxes } }
      : undefined,
  message: (f) => `${f.userid} has ${String(f.mailboxes)} mailboxes and no INBOX`,
});
