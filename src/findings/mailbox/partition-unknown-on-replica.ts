import { defineMailboxFinding } from './mailbox-subject.js';

export const partitionUnknownOnReplica = defineMailboxFinding({
  code: 'partition-unknown-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'The replica does not have the partition of this mailbox',
  why: "The mailbox lies on a partition that the replica's imapd.conf does not define.",
  replication: 'Creating or moving it is refused; the whole user is blocked.',
  remedy:
    "Add partition-NAME: PATH to the replica's imapd.conf, make the directory (owner cyrus) and restart it; or move the mailbox on the master (cyradm: renamemailbox MAILBOX MAILBOX PARTITION). Then audit again.",
  example: { partition: 'slow' },
  check: ({ mode, master, replica, replicaPartitions }) =>
    mode === 'pair' &&
    master?.mbentry.partition !== undefined &&
    master.mbentry.partition !== replica?.mbentry.partition &&
    !replicaPartitions.includes(master.mbentry.partition)
      ? { facts: { partition: master.mbentry.partition }, effects: ['blocked'] }
      : undefined,
  message: (f) => `the replica has no partition ${f.partition}`,
});
