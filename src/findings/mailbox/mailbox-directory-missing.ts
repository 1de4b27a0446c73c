import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const mailboxDirectoryMissing = defineMailboxFinding({
  code: 'mailbox-directory-missing',
  class: 'admin',
  since: '0.1.0',
  title: 'Mailbox without its directory',
  why: 'The mailbox list has the mailbox and its directory is not on the partition.',
  replication:
    'Opening it fails: every run for this user ends with exit status 1. It is neither created again nor deleted.',
  remedy:
    'Restore the directory from a backup or from the other side (rsync it with the servers stopped, then reconstruct), or remove the entry if the mailbox is not wanted. Audit again.',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h' },
  check: (subject) =>
    sidesOf(subject)
      .filter(({ facts }) => facts.missing.includes('directory'))
      .map(({ side, facts }) => ({ side, facts: { path: facts.path }, effects: ['blocked'] })),
  message: (f) => `${f.path} does not exist`,
});
