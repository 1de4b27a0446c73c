import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const uniqueidRowDiffers = defineMailboxFinding({
  code: 'uniqueid-row-differs',
  class: 'admin',
  since: '0.1.0',
  title: 'The two rows of the mailbox list contradict each other',
  why: 'A third-generation list holds every mailbox twice, by name and by uniqueid, and Cyrus writes both in one transaction. One of them was changed by something else.',
  replication:
    'Which row is asked depends on the release and on what is looked up: the type in the row by uniqueid decides from 3.12 on whether the mailbox of the replica is deleted. 3.6 goes by the row by name, and leaves the other as it is.',
  remedy:
    'Find out which of the two is right. With the server stopped: ctl_mboxlist -d > list.json, which takes the rows by name, correct it there, move mailboxes.db away, ctl_mboxlist -u < list.json. Then audit again.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', field: 'partition', byName: 'default', byUniqueid: 'defaulu' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.rowsDiffer.map(({ field, list, other }) => ({
        side,
        facts: { uniqueid: facts.mbentry.uniqueid ?? '', field, byName: list, byUniqueid: other },
      })),
    ),
  message: (f) => `${f.field}: the row by name says ${f.byName}, the row by uniqueid says ${f.byUniqueid}`,
});
