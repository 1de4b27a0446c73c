import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const sieveScriptOverwrittenOnReplica = defineUserMetadataFinding({
  code: 'sieve-script-overwritten-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: "Sieve script differs, and nothing says that the master's is the newer",
  why: 'Both sides have a sieve script of this name with other content. Either it was changed on the replica, or it was changed on the master and no pending log line says so.',
  replication: "The master's script replaces the replica's, whichever is newer.",
  remedy:
    "Compare the two. If the replica's is the right one, store it on the master first (sieveshell or installsieve, as the user). Otherwise let replication run.",
  example: { script: 'vacation' },
  check: (subject) =>
    subject.kind === 'sieve-script' && !subject.isLag && subject.change === 'replaced'
      ? { facts: { script: subject.name }, effects: ['overwrite-on-replica'] }
      : undefined,
  message: (f) => `sieve script ${JSON.stringify(f.script)} of the replica would be overwritten`,
});
