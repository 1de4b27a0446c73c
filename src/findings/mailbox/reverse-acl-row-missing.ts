import { defineMailboxFinding, sidesOf } from './mailbox-subject.js';

export const reverseAclRowMissing = defineMailboxFinding({
  code: 'reverse-acl-row-missing',
  class: 'safe',
  since: '0.1.0',
  title: 'Somebody has a right on the mailbox and does not see it',
  why: 'With reverseacls Cyrus lists what others share from rows of their own. The row is gone: the mailbox is missing in the lists of this user, who may still open it.',
  replication: 'Not replicated: each side keeps its own rows.',
  remedy:
    'With the server stopped: set reverseacls to no, run ctl_cyrusdb -r, set it back and run ctl_cyrusdb -r again, which writes all of these rows anew.',
  example: { identifier: 'ben' },
  check: (subject) =>
    sidesOf(subject).flatMap(({ side, facts }) =>
      facts.missingAclRows.map((identifier) => ({ side, facts: { identifier }, effects: ['none'] as const })),
    ),
  message: (f) => `no row for ${f.identifier}`,
});
