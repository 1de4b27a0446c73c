import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const mailboxFileMissing = defineMailboxFinding({
  code: 'mailbox-file-missing',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox without cyrus.index or cyrus.header',
  why: 'A file without which Cyrus cannot open the mailbox is not there.',
  replication: 'Opening it fails: every run for this user ends with exit status 1. Nothing is destroyed.',
  remedy:
    'Restore the file from a backup; cyrus.header can be copied from the other side when the uniqueid is the same. Otherwise run reconstruct MAILBOX on this side. Then run sync_client -u USER, and audit again.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h', file: 'cyrus.header' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.missing
        .filter((file) => file !== 'directory')
        .map((file) => ({ side, facts: { path: facts.path, file }, effects: ['blocked'] as const })),
    ),
  message: (f) => `${f.file} is missing in ${f.path}`,
});
