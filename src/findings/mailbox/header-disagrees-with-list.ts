import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const headerDisagreesWithList = defineMailboxFinding({
  code: 'header-disagrees-with-list',
  class: 'admin',
  since: '0.1.0',
  title: 'cyrus.header and the mailbox list disagree about who this is',
  why: 'uniqueid or name in cyrus.header is not the one in the mailbox list: a crash cut off a rename, which writes the list first; a directory was swapped or restored from elsewhere; or one of the two was damaged.',
  replication: 'Mailboxes are matched by the uniqueid of the list; the content may belong to another mailbox.',
  // Tried with 3.6.1. Source of the others: do_reconstruct, mailbox_uniqueid and mailbox_rename_nocopy, imap/ 3.0.18 to 3.12.1.
  remedy: `When only the name is another one, the list is right: rename the mailbox to a name that nobody has and back (cyradm: renamemailbox MAILBOX MAILBOX-renamed, then renamemailbox MAILBOX-renamed MAILBOX), which writes cyrus.header; reconstruct does not. With another uniqueid, find out whose directory it is before replication runs (the other side, a backup, the messages themselves), and put the right one in place when it is that of another mailbox. When it is the right one: up to Cyrus 3.4, reconstruct -M MAILBOX takes the uniqueid of the list, and reconstruct MAILBOX that of cyrus.header; from 3.6 on neither changes anything. ${METADATA_FROM_OTHER_SIDE} Then audit again.`,
  example: { field: 'uniqueid', list: '7unn4hc962zx7rcdridljy7h', header: 'dtroqv4i7waaihb6f331kwvj' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) => facts.headerDisagrees.map((d) => ({ side, facts: { ...d } }))),
  message: (f) => `${f.field}: the list says ${f.list}, cyrus.header says ${f.header}`,
});
