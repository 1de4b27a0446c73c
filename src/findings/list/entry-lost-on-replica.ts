import { defineListFinding } from './list-subject.js';

export const entryLostOnReplica = defineListFinding({
  code: 'entry-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'A mailbox of the replica has lost its entry in the mailbox list',
  why: 'The directory of the mailbox is on the replica with its index, its list has no live entry for it, and the master has the mailbox.',
  replication:
    'The mailbox is uploaded again over the old directory: messages that only the replica had are lost, and its quota usage is counted twice.',
  remedy:
    'Look for messages that the master lacks (cyraudit inspect DIRECTORY/cyrus.index). Then, with the replica stopped, put the entry back (reconstruct -P DIRECTORY, Cyrus 3.6 and later) or move the directory away; start it, run sync_client -u USER on the master and quota -f -u USER on the replica.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'directory' && s.side === 'replica' && !s.beingRemoved && s.listedOnOther
      ? {
          side: s.side,
          facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid },
          effects: ['overwrite-on-replica'],
        }
      : undefined,
  message: (f) => `${f.mboxname} (${f.uniqueid}) is at ${f.path} on the replica, but not in its list`,
});
