import { JURY_EXAMPLE, juryDetails, juryFacts, juryMessage } from './jury-facts.js';
import { defineListFinding } from './list-subject.js';

export const mboxlistDistrusted = defineListFinding({
  code: 'mboxlist-distrusted',
  class: 'halt',
  since: '0.1.0',
  title: 'The mailbox list cannot be trusted: what its witnesses say',
  why: 'The list was held against everything that can contradict it, and at least one of these witnesses shows damage that a working Cyrus does not leave behind. The other side speaks against a list when more than half of at least 10 mailboxes of the replica, of at least 5 users, are unknown to the master. The more witnesses agree, the surer it is the list that is wrong; when only the directories disagree, look at the disk first.',
  replication:
    'Replication takes the list for the truth: what is missing in it is forgotten or deleted on the replica, with exit status 0.',
  remedy:
    'Do not start replication, and keep a copy of mailboxes.db. Compare it with a backup: cyraudit inspect CONFIGDIR/mailboxes.db and CONFIGDIR/db.backup1/mailboxes.db. Stop Cyrus, restore the newest good one (or put single entries back), and audit again before replication starts.',
  example: {
    ...JURY_EXAMPLE,
    votes: ['trusted', 'broken', 'doubtful', 'silent'],
  },
  check: (s) =>
    s.kind === 'jury' && s.witnesses.some(({ vote }) => vote === 'broken')
      ? { side: s.side, facts: { ...juryFacts(s.witnesses) } }
      : undefined,
  message: juryMessage,
  details: juryDetails,
});
