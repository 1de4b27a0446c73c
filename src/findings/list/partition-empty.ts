import { defineListFinding } from './list-subject.js';

export const partitionEmpty = defineListFinding({
  code: 'partition-empty',
  class: 'halt',
  since: '0.1.0',
  title: 'A partition is empty or not mounted',
  why: 'The mailbox list names mailboxes on this partition and not one of their directories is there, or nothing at all is below its root although metadata or messages of them belong there.',
  replication:
    'Every mailbox fails with exit status 1. A reconstruct on such a side would record the loss as if users had deleted their mail.',
  remedy: 'Mount the partition, or restore it. Do not run reconstruct or cyr_expire on this side before that.',
  example: { partition: 'default', path: 'spool', listed: 12 },
  check: (s) =>
    s.kind === 'partition' &&
    s.listed > 0 &&
    ((s.rootIsEmpty && s.expected > 0) || (s.missing === s.listed && s.listed > 1))
      ? { side: s.side, facts: { partition: s.partition, path: s.path, listed: s.listed }, effects: ['blocked'] }
      : undefined,
  message: (f) => `partition ${f.partition} (${f.path}): nothing is there of the ${String(f.listed)} listed mailboxes`,
});
