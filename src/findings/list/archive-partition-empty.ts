import { defineListFinding } from './list-subject.js';

export const archivePartitionEmpty = defineListFinding({
  code: 'archive-partition-empty',
  class: 'halt',
  since: '0.1.0',
  title: 'The archive partition is empty or not mounted',
  why: 'Records of mailboxes on this partition say that their message files were moved to the archive partition, and that directory is missing or has nothing in it. Old mail of every user is out of reach.',
  replication:
    'A user of whom an archived message has to be read fails with exit status 1; the rest goes on. A reconstruct on such a side would record the loss as if users had deleted their mail, and the replica would expunge its copies.',
  remedy:
    'Mount the archive partition, or restore it. Do not run reconstruct or cyr_expire on this side before that. Then audit again.',
  example: { partition: 'default', path: 'archive', mailboxes: 12 },
  check: (s) =>
    s.kind === 'archive-root'
      ? {
          side: s.side,
          facts: { partition: s.partition, path: s.path, mailboxes: s.mailboxes },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) =>
    `${f.path} of partition ${f.partition} is empty; ${String(f.mailboxes)} mailboxes have messages that should be there`,
});
