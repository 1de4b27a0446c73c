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
    'Find the directory again (a partition that is not mounted, a backup). Otherwise copy it with all its files from the other side, where the uniqueid is the same, with both servers stopped (rsync -a), run reconstruct MAILBOX here, and audit again before replication runs. When the mailbox is not wanted, delete it (cyradm: setaclmailbox MAILBOX ADMIN x, then deletemailbox MAILBOX).',
  example: { path: 'spool/uuid/7/u/7unn4hc962zx7rcdridljy7h' },
  check: (subject) =>
    sidesOf(subject)
      .filter(({ facts }) => facts.missing.includes('directory'))
      .map(({ side, facts }) => ({ side, facts: { path: facts.path }, effects: ['blocked'] })),
  message: (f) => `${f.path} does not exist`,
});
