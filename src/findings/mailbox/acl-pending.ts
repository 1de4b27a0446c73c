import { accessDifferences } from './access-difference.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const aclPending = defineMailboxFinding({
  code: 'acl-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'ACL or options changed on the master, not yet on the replica',
  why: "The values differ and the master's mailbox entry is the newer one.",
  replication: "The replica takes the master's ACL and options.",
  remedy: 'Nothing. Let replication run.',
  example: { field: 'acl', master: 'fred lrswipkxtecdan anyone lr', replica: 'fred lrswipkxtecdan' },
  check: (subject) =>
    accessDifferences(subject)
      .filter(({ lost }) => !lost)
      .map(({ field, master, replica }) => ({ facts: { field, master, replica }, effects: ['update-replica'] })),
  message: (f) => `${f.field} of the replica (${f.replica}) will become ${f.master}`,
});
