import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const copyOfEntryStale = defineMailboxFinding({
  code: 'copy-of-entry-stale',
  class: 'safe',
  since: '0.1.0',
  title: 'The mailbox carries an old copy of what the list says',
  why: 'ACL and type stand in cyrus.header too, and the uidvalidity in both list and index. The list counts for the ACL and the type, the index for the uidvalidity; a crash between two files leaves the copy behind. It misleads reconstruct, which may take it for the truth after a loss of the list.',
  replication: 'Not compared: replication takes the ACL from the list and the uidvalidity from the index.',
  remedy:
    'Run reconstruct MAILBOX on this side. When the copy is right and the list is not, set the ACL again with cyradm: setacl MAILBOX USER RIGHTS.',
  example: { field: 'ACL in cyrus.header', list: 'fred lrswipkxtecdan', copy: 'fred lrs' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.staleCopies.map(({ field, list, other }) => ({
        side,
        facts: { field, list, copy: other },
        effects: ['none'] as const,
      })),
    ),
  message: (f) => `${f.field}: ${f.copy} instead of ${f.list}`,
});
