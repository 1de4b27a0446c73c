import { accessDifferences } from './access-difference.js';
import { defineMailboxFinding } from './mailbox-subject.js';

export const aclLostOnReplica = defineMailboxFinding({
  code: 'acl-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'ACL or options changed on the replica would be overwritten',
  why: "The values differ and the replica's mailbox entry is not older than the master's.",
  replication: "The master's value wins and the change on the replica is dropped silently.",
  remedy:
    'If the change on the replica was meant, make it on the master too before replication runs (cyradm: setaclmailbox MAILBOX IDENTIFIER RIGHTS). If not, let it run.',
  example: { field: 'acl', master: 'fred lrswipkxtecdan', replica: 'fred lrswipkxtecdan anyone lr' },
  check: (subject) =>
    accessDifferences(subject)
      .filter(({ lost }) => lost)
      .map(({ field, master, replica }) => ({ facts: { field, master, replica }, effects: ['overwrite-on-replica'] })),
  message: (f) => `${f.field}: the replica's ${f.replica} would be replaced by ${f.master}`,
});
