import { wasRecreated } from './was-recreated.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const uidvalidityHigherOnMaster = defineMailboxFinding({
  code: 'uidvalidity-higher-on-master',
  class: 'safe',
  since: '0.1.0',
  title: 'uidvalidity is higher on the master',
  why: 'The replica still has an older uidvalidity.',
  replication: "The replica takes the master's value. Clients of the replica, if any, download again.",
  remedy: 'Nothing. Let replication run.',
  example: { master: 1795224859, replica: 1795224858 },
  check: ({ master, replica }) =>
    master?.head !== undefined &&
    replica?.head !== undefined &&
    master.head.uidvalidity > replica.head.uidvalidity &&
    !wasRecreated(master.head, replica.head)
      ? { facts: { master: master.head.uidvalidity, replica: replica.head.uidvalidity }, effects: ['update-replica'] }
      : undefined,
  message: (f) => `master ${String(f.master)}, replica ${String(f.replica)}: the replica will follow`,
});
