import { defineMailboxFinding } from './mailbox-subject.js';

export const headerValuesDiffer = defineMailboxFinding({
  code: 'header-values-differ',
  class: 'safe',
  since: '0.1.0',
  title: 'last_uid or highestmodseq differ while the records agree',
  why: 'The index headers are apart although every message is the same: expunged records were cleaned on one side, or a change was undone.',
  replication: 'The lower header is raised to the higher one.',
  remedy: 'Nothing. Let replication run.',
  example: { field: 'highestmodseq', master: '12', replica: '14' },
  check: ({ master, replica, differing }) => {
    if (master?.head === undefined || replica?.head === undefined || differing > 0) return undefined;
    const { head: m } = master;
    const { head: r } = replica;
    return (['lastUid', 'highestmodseq'] as const)
      .filter((field) => m[field] !== r[field])
      .map((field) => ({
        facts: { field: field === 'lastUid' ? 'last_uid' : field, master: String(m[field]), replica: String(r[field]) },
        effects: [m[field] < r[field] ? 'update-master' : 'update-replica'] as const,
      }));
  },
  message: (f) => `${f.field}: master ${f.master}, replica ${f.replica}`,
});
