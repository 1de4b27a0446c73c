import { defineListFinding } from './list-subject.js';

export const entryLostTolerated = defineListFinding({
  code: 'entry-lost-tolerated',
  class: 'admin',
  since: '0.1.0',
  title: 'A mailbox of the master has lost its entry, within the budget of --max-lost',
  why: 'The directory of the mailbox is there with its index, the list of the master has neither an entry nor a tombstone for it, and the replica still lists it. There are no more such mailboxes than --max-lost allows, so that the rest of the list is still relied upon.',
  replication:
    'Nothing is done about it, with exit status 0; the user cannot see the mailbox on the master, and lines of the log for it may delete it on the replica.',
  remedy:
    'Stop the master and keep a copy of mailboxes.db. Take the entry from a dump of a backup or of the replica (ctl_mboxlist -d), load it with ctl_mboxlist -u, and run cyraudit compare again without --max-lost: this finding must be gone.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'lost-within-budget'
      ? { side: s.side, facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid } }
      : undefined,
  message: (f) => `${f.mboxname} (${f.uniqueid}) is at ${f.path} and on the replica, but not in the list of the master`,
});
