import { defineListFinding } from './list-subject.js';

export const mboxlistEmpty = defineListFinding({
  code: 'mboxlist-empty',
  class: 'halt',
  since: '0.1.0',
  title: 'The mailbox list is empty',
  why: 'mailboxes.db has no entry. A server in use always has some.',
  replication:
    'On the master: nothing is done and sync_client exits 0, as if all were well; UNUSER lines in the log destroy users on the replica. On the replica: everything is uploaded again.',
  remedy:
    'If this side is new and was never filled, run sync_client -A once by hand. Otherwise do not start Cyrus: restore mailboxes.db from CONFDIR/db.backup1 or db.backup2 and audit again.',
  example: { path: 'conf/mailboxes.db', directories: true },
  check: (s) =>
    s.kind === 'empty' ? { side: s.side, facts: { path: s.path, directories: s.directories } } : undefined,
  message: (f) => `${f.path} has no entry${f.directories ? ', and there are mailbox directories' : ''}`,
});
