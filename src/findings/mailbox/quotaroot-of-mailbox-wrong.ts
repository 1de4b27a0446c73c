import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const quotarootOfMailboxWrong = defineMailboxFinding({
  code: 'quotaroot-of-mailbox-wrong',
  class: 'safe',
  since: '0.1.0',
  title: 'The mailbox counts for another quota root than the one that covers it',
  why: 'cyrus.header names the quota root to which the mailbox counts, which is the longest one that covers its name. It names another one, or one that is not there: the usage of both goes wrong with every message.',
  replication: 'Not compared: each side counts for itself.',
  remedy: 'Run quota -f ROOT on this side, for the root that covers the mailbox.',
  example: { covers: 'user.fred', header: '(none)' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.quotaroot === undefined
        ? []
        : [
            {
              side,
              facts: { covers: facts.quotaroot.list, header: facts.quotaroot.other },
              effects: ['none'] as const,
            },
          ],
    ),
  message: (f) => `covered by ${f.covers}, cyrus.header names ${f.header}`,
});
