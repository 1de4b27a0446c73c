import { defineListFinding } from './list-subject.js';

export const entryLost = defineListFinding({
  code: 'entry-lost',
  class: 'halt',
  since: '0.1.0',
  title: 'A mailbox of the master has lost its entry in the mailbox list',
  why: 'The directory of the mailbox is there with its index, the list of the master has neither an entry nor a tombstone for it, and the replica still lists it.',
  replication:
    'Nothing is done about it, with exit status 0; the user cannot see the mailbox on the master, and lines of the log for it may delete it on the replica.',
  remedy:
    'The list of the master cannot be trusted. Do not start replication: restore mailboxes.db from a backup or put the entries back with the server stopped, and audit again.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'directory' && s.side === 'master' && !s.beingRemoved && !s.tombstone && s.listedOnOther
      ? { side: s.side, facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid } }
      : undefined,
  message: (f) => `${f.mboxname} (${f.uniqueid}) is at ${f.path} and on the replica, but not in the list of the master`,
});
