import { quotaLimitChange } from './quota-limit-change.js';
import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const quotaLimitPending = defineUserMetadataFinding({
  code: 'quota-limit-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Quota limit changed on the master, not yet on the replica',
  why: 'The limits of a quota root differ, and the replica has none of its own, or the pending log says that the limit was set on the master and its record there is the newer one.',
  replication: "The replica takes the master's limit.",
  remedy: 'Nothing. Let replication run.',
  example: { root: 'user.fred', resource: 'S', master: '20000', replica: '10000' },
  check: (subject) => {
    const change = quotaLimitChange(subject);
    if (change?.doubtful !== false) return undefined;
    const { root, resource, master, replica } = change;
    return { facts: { root, resource, master, replica }, effects: ['update-replica'] };
  },
  message: (f) => `${f.root}: limit ${f.resource} ${f.replica} of the replica will become ${f.master}`,
});
