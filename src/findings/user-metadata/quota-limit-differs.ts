import { quotaLimitChange } from './quota-limit-change.js';
import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const quotaLimitDiffers = defineUserMetadataFinding({
  code: 'quota-limit-differs',
  class: 'admin',
  since: '0.1.0',
  title: 'A quota limit of the replica would be overwritten',
  why: 'The limits of a quota root differ. Either the limit was changed on the master and its QUOTA line is no longer in the pending log, or it was changed on the replica; the disk cannot tell which.',
  replication: "The master's limit wins. A change made on the replica is dropped silently.",
  remedy:
    "If the master's limit is the right one, let replication run (sync_client -u USER). If the replica's is, set it on the master first (cyradm setquota ROOT STORAGE LIMIT).",
  example: { root: 'user.fred', resource: 'S', master: '10000', replica: '20000' },
  check: (subject) => {
    const change = quotaLimitChange(subject);
    if (change?.doubtful !== true) return undefined;
    const { root, resource, master, replica } = change;
    return { facts: { root, resource, master, replica }, effects: ['overwrite-on-replica'] };
  },
  message: (f) => `${f.root}: limit ${f.resource} ${f.replica} of the replica would become ${f.master}`,
});
