import { defineListFinding } from './list-subject.js';

export const entryLost = defineListFinding({
  code: 'entry-lost',
  class: 'halt',
  since: '0.1.0',
  title: 'A mailbox of the master has lost its entry in the mailbox list',
  why: 'The directory of the mailbox is there with its index, the list of the master has neither an entry nor a tombstone for it, and the replica still lists it.',
  replication:
    "Cyrus 3.4 and later: nothing, with exit status 0. Cyrus 2.4 to 3.2: sync_client -u deletes the replica's copy at once, also with exit status 0. An UNMAILBOX line of the pending log may delete it in any release.",
  remedy:
    'The list of the master cannot be trusted: do not start replication. Put the entry back with the server stopped: a backup of mailboxes.db, or reconstruct -P DIRECTORY (Cyrus 3.6 and later; before that reconstruct -r -f MAILBOX). Then audit again.',
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
