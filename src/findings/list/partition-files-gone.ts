import { defineListFinding } from './list-subject.js';

/** Fewer are a small or broken mailbox, which has findings of its own. */
const MIN_FILES = 20;
const MIN_MAILBOXES = 3;

export const partitionFilesGone = defineListFinding({
  code: 'partition-files-gone',
  class: 'halt',
  since: '0.1.0',
  title: 'Most message files of a partition are gone',
  why: 'The mailboxes of this partition are there with their indexes, but more than half of the message files that their records claim (at least 20 records, files missing in at least 3 mailboxes) do not exist or have no bytes: the file system has lost them, or something removed them past Cyrus.',
  replication:
    'On the master: users with new messages to send fail with exit status 1, the rest looks well. If reconstruct is run before the files are back, the records are dropped and every copy on the replica is expunged, with exit status 0.',
  remedy:
    'Do not start replication and do not run reconstruct. Restore the files of the partition from a backup; on the master they can also be copied from the same directories of the replica, UID by UID. Then audit again with --level content.',
  example: { partition: 'default', path: 'spool', files: 1200, gone: 1180, mailboxes: 57 },
  check: (s) =>
    s.kind === 'partition-files' && s.files >= MIN_FILES && s.mailboxes >= MIN_MAILBOXES && s.gone * 2 > s.files
      ? {
          side: s.side,
          facts: { partition: s.partition, path: s.path, files: s.files, gone: s.gone, mailboxes: s.mailboxes },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) =>
    `partition ${f.partition} (${f.path}): ${String(f.gone)} of ${String(f.files)} message files are gone, in ${String(f.mailboxes)} mailboxes`,
});
