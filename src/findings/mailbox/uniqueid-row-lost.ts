import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const uniqueidRowLost = defineMailboxFinding({
  code: 'uniqueid-row-lost',
  class: 'admin',
  since: '0.1.0',
  title: 'The mailbox list has no row by uniqueid for this mailbox',
  why: 'A third-generation list holds every mailbox twice, by name and by uniqueid. One of the two rows is gone or names another mailbox.',
  replication: 'Lookups by uniqueid fail: renames are not recognised and the mailbox may be refused.',
  remedy:
    'With the server stopped: ctl_mboxlist -d > list.json, move mailboxes.db away, ctl_mboxlist -u < list.json, which writes both rows of every mailbox. Then audit again.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h' },
  check: (subject) =>
    sidesOf(subject)
      .filter(({ facts }) => facts.uniqueidRowLost)
      .map(({ side, facts }) => ({ side, facts: { uniqueid: facts.mbentry.uniqueid ?? '' } })),
  message: (f) => `no row by uniqueid ${f.uniqueid} that names this mailbox`,
});
