import { defineUserMetadataFinding, limitsText } from './user-metadata-subject.js';

export const quotarootMissingOnReplica = defineUserMetadataFinding({
  code: 'quotaroot-missing-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Quota root lost on the replica',
  why: 'Mailboxes of the replica name this quota root in their cyrus.header, and its record is gone.',
  replication:
    'The root is created again with usage 0. The usage of the mailboxes that already name it is not added, so the replica stops counting them.',
  remedy: 'Let replication run (sync_client -u USER), then correct the usage on the replica: quota -f ROOT.',
  example: { root: 'user.fred', limits: 'S 10000' },
  check: (subject) =>
    subject.kind === 'quotaroot-only-on-master' && subject.pair.namedOnReplica
      ? { facts: { root: subject.pair.root, limits: limitsText(subject.pair.master) }, effects: ['copy-to-replica'] }
      : undefined,
  message: (f) => `${f.root} (${f.limits}) would be created again with usage 0`,
});
