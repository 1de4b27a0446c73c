import { defineUserMetadataFinding, scriptText } from './user-metadata-subject.js';

export const sieveActiveOverwrittenOnReplica = defineUserMetadataFinding({
  code: 'sieve-active-overwritten-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: "Another sieve script is active on the replica, and nothing says that the master's choice is the newer",
  why: 'Either the user activated another script on the replica, or he did so on the master and no pending log line says so, or the master lost the link to its active script.',
  replication: "The master's choice becomes the replica's, also when none is active on the master.",
  remedy:
    "If the replica's choice is the right one, activate that script on the master first (sieveshell, as the user: activate SCRIPT). Otherwise let replication run.",
  example: { master: '"work"', replica: '"holidays"' },
  check: (subject) =>
    subject.kind === 'sieve-active' && !subject.isLag
      ? {
          facts: { master: scriptText(subject.master), replica: scriptText(subject.replica) },
          effects: ['overwrite-on-replica'],
        }
      : undefined,
  message: (f) => `active sieve script ${f.replica} of the replica would become ${f.master}`,
});
