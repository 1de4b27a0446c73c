import { isRemovedOnMaster } from './quotaroot-removal.js';
import { defineUserMetadataFinding, limitsText } from './user-metadata-subject.js';

export const quotarootRemovalPending = defineUserMetadataFinding({
  code: 'quotaroot-removal-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Quota root removed on the master, not yet on the replica',
  why: 'The pending log says that the quota root was removed on the master, or the mailboxes that it was for are gone there.',
  replication: 'The root is removed on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { root: 'user.fred.Work', limits: 'S 500' },
  check: (subject) =>
    subject.kind === 'quotaroot-only-on-replica' && isRemovedOnMaster(subject.pair)
      ? { facts: { root: subject.pair.root, limits: limitsText(subject.pair.replica) }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `${f.root} (${f.limits}) will be removed on the replica`,
});
