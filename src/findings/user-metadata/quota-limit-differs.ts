import { quotaLimitChange } from './quota-limit-change.js';
import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const quotaLimitDiffers = defineUserMetadataFinding({
  code: 'quota-limit-differs',
  class: 'admin',
  since: '0.1.0',
  title: 'A quota limit differs, and nothing says which is the newer',
  why: 'The limits of a quota root differ. Either the limit was changed on the master and its QUOTA line is no longer in the pending log, or it was changed on the replica; the disk cannot tell which.',
  replication:
    "The master's limit wins. A change made on the replica is dropped silently. The root of shared mailboxes is carried by nothing but its QUOTA line: without one the limits stay apart.",
  remedy:
    "If the master's limit is the right one, let replication run (sync_client -u USER). If the replica's is, or if the root is of shared mailboxes, set it on the master first (cyradm setquota ROOT STORAGE LIMIT), which writes the QUOTA line.",
  example: { root: 'user.fred', resource: 'S', master: '10000', replica: '20000' },
  check: (subject) => {
    const change = quotaLimitChange(subject);
    if (change?.doubtful !== true) return undefined;
    const { root, resource, master, replica, unseen } = change;
    return { facts: { root, resource, master, replica }, effects: [unseen ? 'unseen' : 'overwrite-on-replica'] };
  },
  message: (f) => `${f.root}: limit ${f.resource} is ${f.master} on the master and ${f.replica} on the replica`,
});
