import { defineListFinding } from './list-subject.js';

export const metapartitionEmpty = defineListFinding({
  code: 'metapartition-empty',
  class: 'halt',
  since: '0.1.0',
  title: 'The metadata partition is empty or not mounted',
  why: 'imapd.conf puts cyrus.header or cyrus.index of this partition below a directory of their own, the list names mailboxes on the partition, and that directory is missing or has nothing in it.',
  replication:
    'Every mailbox fails with exit status 1. A reconstruct on such a side would make new indexes and give every message a new UID.',
  remedy:
    'Mount the metadata partition, or restore it. Do not run reconstruct or cyr_expire on this side before that. Then audit again.',
  example: { partition: 'default', path: 'meta', mailboxes: 12 },
  check: (s) =>
    s.kind === 'meta-root'
      ? {
          side: s.side,
          facts: { partition: s.partition, path: s.path, mailboxes: s.mailboxes },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) =>
    `${f.path} of partition ${f.partition} is empty; the list has ${String(f.mailboxes)} mailboxes on the partition`,
});
