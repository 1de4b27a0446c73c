import { defineListFinding } from './list-subject.js';

export const tombstoneOverLiveDirectory = defineListFinding({
  code: 'tombstone-over-live-directory',
  class: 'halt',
  since: '0.1.0',
  title: 'The list says that a mailbox was deleted, and its directory is there',
  why: 'An entry of the mailbox list was turned into a tombstone while the mailbox itself is whole: list damage, not a delete.',
  replication:
    "On the master: the replica's mailbox is destroyed with everything in it, at once and with exit status 0.",
  remedy:
    'Do not start replication, and no cyr_expire. With the server stopped restore mailboxes.db from a backup, or put the entry back (reconstruct -P DIRECTORY, Cyrus 3.6 and later), and audit again.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred.Work',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'directory' && s.side !== 'replica' && !s.beingRemoved && s.tombstone
      ? {
          side: s.side,
          facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid },
          effects: s.listedOnOther ? ['delete-on-replica'] : ['none'],
        }
      : undefined,
  message: (f) => `${f.mboxname} (${f.uniqueid}) is a tombstone, and its directory ${f.path} is live`,
});
