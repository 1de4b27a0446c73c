import { defineListFinding } from './list-subject.js';

export const mboxlistMissing = defineListFinding({
  code: 'mboxlist-missing',
  class: 'halt',
  since: '0.1.0',
  title: 'There is no mailbox list',
  why: 'mailboxes.db is not there, or has no bytes. Cyrus creates an empty one at its next start and says nothing.',
  replication:
    'On the master: nothing is done and sync_client exits 0, as if all were well; UNUSER lines in the log destroy users on the replica. On the replica: everything is uploaded again over the old directories.',
  remedy:
    'Do not start Cyrus. Restore mailboxes.db from CONFDIR/db.backup1 or db.backup2. Without a backup make the entries again from the directories (reconstruct -P DIRECTORY for each, Cyrus 3.6 and later). Then audit again.',
  example: { path: 'conf/mailboxes.db', found: 'no file' },
  check: (s) => (s.kind === 'missing' ? { side: s.side, facts: { path: s.path, found: s.found } } : undefined),
  message: (f) => `${f.path}: ${f.found}`,
});
