import { defineListFinding } from './list-subject.js';

export const orphanDirectory = defineListFinding({
  code: 'orphan-directory',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox directory that no entry of the list claims',
  why: 'A directory with an index is on the partition and neither side lists its mailbox: the rest of an old delete, of a mailbox that was being made when the server crashed, or of an entry that both sides have lost.',
  replication: 'None. Nobody can see the mailbox.',
  remedy:
    'Look at it: cyraudit inspect DIRECTORY/cyrus.header DIRECTORY/cyrus.index. Without message files there is nothing to keep. If the mail is wanted, put the entry back (reconstruct -P DIRECTORY, Cyrus 3.6 and later; before that reconstruct -r -f MAILBOX); if not, move the directory away.',
  example: {
    path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h',
    mboxname: 'user.fred.Old',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
  },
  check: (s) =>
    s.kind === 'directory' && !s.beingRemoved && !s.listedOnOther && !(s.tombstone && s.side !== 'replica')
      ? { side: s.side, facts: { path: s.path, mboxname: s.mboxname, uniqueid: s.uniqueid }, effects: ['none'] }
      : undefined,
  message: (f) =>
    `${f.path} (${[f.mboxname, f.uniqueid].filter((name) => name !== '').join(', ')}) belongs to no entry of the list`,
});
