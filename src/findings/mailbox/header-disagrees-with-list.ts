import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const headerDisagreesWithList = defineMailboxFinding({
  code: 'header-disagrees-with-list',
  class: 'admin',
  since: '0.1.0',
  title: 'cyrus.header and the mailbox list disagree about who this is',
  why: 'uniqueid or name in cyrus.header is not the one in the mailbox list: a directory was swapped or restored from elsewhere, or one of the two was damaged.',
  replication: 'Mailboxes are matched by the uniqueid of the list; the content may belong to another mailbox.',
  remedy:
    'Find out which of the two is right before replication runs (the other side, a backup, the messages themselves). When the list is, run reconstruct -M MAILBOX on this side; when cyrus.header is, run reconstruct MAILBOX. Then audit again.',
  example: { field: 'uniqueid', list: '7unn4hc962zx7rcdridljy7h', header: 'dtroqv4i7waaihb6f331kwvj' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) => facts.headerDisagrees.map((d) => ({ side, facts: { ...d } }))),
  message: (f) => `${f.field}: the list says ${f.list}, cyrus.header says ${f.header}`,
});
