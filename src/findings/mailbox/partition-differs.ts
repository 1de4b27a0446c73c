import { defineMailboxFinding } from './mailbox-subject.js';

export const partitionDiffers = defineMailboxFinding({
  code: 'partition-differs',
  class: 'safe',
  since: '0.1.0',
  title: 'Mailbox on another partition',
  why: 'The two lists name different partitions for this mailbox, and the replica has the partition of the master.',
  replication: 'The mailbox is moved to the partition of the same name on the replica.',
  remedy: 'Nothing. See that the partition has room on the replica.',
  example: { masterPartition: 'default', replicaPartition: 'slow' },
  check: ({ master, replica, replicaPartitions }) =>
    master?.mbentry.partition !== undefined &&
    replica?.mbentry.partition !== undefined &&
    master.mbentry.partition !== replica.mbentry.partition &&
    replicaPartitions.includes(master.mbentry.partition)
      ? {
          facts: { masterPartition: master.mbentry.partition, replicaPartition: replica.mbentry.partition },
          effects: ['rename-on-replica'],
        }
      : undefined,
  message: (f) => `will be moved from partition ${f.replicaPartition} to ${f.masterPartition} on the replica`,
});
