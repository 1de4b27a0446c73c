import { defineUserMetadataFinding, limitsText } from './user-metadata-subject.js';

export const quotarootPending = defineUserMetadataFinding({
  code: 'quotaroot-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Quota root only on the master',
  why: 'The master has a quota root that no mailbox of the replica names yet.',
  replication: 'The root is created on the replica, and the usage of the mailboxes below it is added up.',
  remedy: 'Nothing. Let replication run.',
  example: { root: 'user.fred', limits: 'S 10000' },
  check: (subject) =>
    subject.kind === 'quotaroot-only-on-master' && !subject.pair.namedOnReplica
      ? { facts: { root: subject.pair.root, limits: limitsText(subject.pair.master) }, effects: ['copy-to-replica'] }
      : undefined,
  message: (f) => `${f.root} (${f.limits}) will be created on the replica`,
});
