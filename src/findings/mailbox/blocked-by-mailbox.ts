import { defineMailboxFinding } from './mailbox-subject.js';

export const blockedByMailbox = defineMailboxFinding({
  code: 'blocked-by-mailbox',
  class: 'admin',
  since: '0.1.0',
  title: 'Another mailbox of the user stops replication before this one',
  why: 'Replication of a user ends at the first mailbox that fails; what comes after it waits until that one is repaired.',
  replication: 'Not reached: this mailbox stays as it is on every run.',
  remedy: 'Repair the mailbox named here first, then audit again.',
  example: { mailbox: 'user.fred.Broken' },
  check: ({ blockedBy }) =>
    blockedBy === undefined ? undefined : { facts: { mailbox: blockedBy }, effects: ['blocked'] },
  message: (f) => `waits for ${f.mailbox}, which fails`,
});
