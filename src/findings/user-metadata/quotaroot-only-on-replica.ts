import { isRemovedOnMaster } from './quotaroot-removal.js';
import { defineUserMetadataFinding, limitsText } from './user-metadata-subject.js';

export const quotarootOnlyOnReplica = defineUserMetadataFinding({
  code: 'quotaroot-only-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Quota root only on the replica',
  why: 'The replica has a quota root that the master does not have, or that no mailbox of the master names. Either it was set on the replica, or it was removed from the master and no pending QUOTA line says so, or its record was lost on the master.',
  replication: 'The root is removed on the replica. The usage of its mailboxes is not added to the root above them.',
  remedy:
    'To keep the limit, set it on the master first (cyradm setquota ROOT STORAGE LIMIT). Otherwise let replication run, then correct the usage on the replica: quota -f.',
  example: { root: 'user.fred.Work', limits: 'S 500' },
  check: (subject) =>
    subject.kind === 'quotaroot-only-on-replica' && !isRemovedOnMaster(subject.pair)
      ? { facts: { root: subject.pair.root, limits: limitsText(subject.pair.replica) }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `${f.root} (${f.limits}) would be removed on the replica`,
});
