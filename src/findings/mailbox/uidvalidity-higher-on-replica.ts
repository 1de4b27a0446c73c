import { defineMailboxFinding } from './mailbox-subject.js';

export const uidvalidityHigherOnReplica = defineMailboxFinding({
  code: 'uidvalidity-higher-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'uidvalidity is higher on the replica',
  why: 'The mailbox was created again or renumbered on the replica, or created again on the master from an old state.',
  replication:
    "The master takes the replica's value: every client of the master throws its cache away and downloads the mailbox again.",
  remedy:
    'Find out how the values came apart (a restore, a mailbox created anew). If the download is acceptable, let replication run. If not, ask before you go on: no tool of Cyrus lowers a uidvalidity, and reconstruct does not either.',
  example: { master: 1795224858, replica: 1795224859 },
  check: ({ master, replica }) =>
    master?.head !== undefined && replica?.head !== undefined && replica.head.uidvalidity > master.head.uidvalidity
      ? { facts: { master: master.head.uidvalidity, replica: replica.head.uidvalidity }, effects: ['update-master'] }
      : undefined,
  message: (f) => `master ${String(f.master)}, replica ${String(f.replica)}: the master would change`,
});
