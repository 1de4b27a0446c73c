import { JURY_EXAMPLE, juryDetails, juryFacts, juryMessage } from './jury-facts.js';
import { defineListFinding } from './list-subject.js';

export const mboxlistDoubtful = defineListFinding({
  code: 'mboxlist-doubtful',
  class: 'admin',
  since: '0.1.0',
  title: 'Single entries of the mailbox list are in doubt: what its witnesses say',
  why: 'The list was held against everything that can contradict it. No witness shows damage of the list as a whole, but some name single mailboxes for which the list and the disk disagree. Each of them has a finding of its own.',
  replication: 'The mailboxes in doubt may be skipped, uploaded again or refused; the rest is replicated.',
  remedy:
    'Settle the mailboxes that the witnesses name, each as its own finding says (cyraudit explain CODE). If there are more each time you audit, test the disk and the memory of this machine before replication goes on.',
  example: JURY_EXAMPLE,
  check: (s) =>
    s.kind === 'jury' &&
    !s.witnesses.some(({ vote }) => vote === 'broken') &&
    // What the replica alone has may be no more than a delete that was not carried: that summons no jury.
    s.witnesses.some(({ name, vote }) => vote === 'doubtful' && name !== 'other-side')
      ? { side: s.side, facts: { ...juryFacts(s.witnesses) } }
      : undefined,
  message: juryMessage,
  details: juryDetails,
});
