import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const mailboxFileMissing = defineMailboxFinding({
  code: 'mailbox-file-missing',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox without cyrus.index or cyrus.header',
  why: 'A file without which Cyrus cannot open the mailbox is not there.',
  replication: 'Opening it fails: every run for this user ends with exit status 1. Nothing is destroyed.',
  remedy: `Restore the file from a backup, or take it from the other side. ${METADATA_FROM_OTHER_SIDE}`,
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h', file: 'cyrus.header' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.missing
        .filter((file) => file !== 'directory')
        .map((file) => ({ side, facts: { path: facts.path, file }, effects: ['blocked'] as const })),
    ),
  message: (f) => `${f.file} is missing in ${f.path}`,
});
