import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const sieveScriptPending = defineUserMetadataFinding({
  code: 'sieve-script-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Sieve script of the master not yet on the replica',
  why: 'The master has a sieve script that the replica lacks, or a newer one of the same name, and the pending log says that it was changed there.',
  replication: "The replica gets the master's script.",
  remedy: 'Nothing. Let replication run.',
  example: { script: 'vacation' },
  check: (subject) =>
    subject.kind === 'sieve-script' &&
    subject.isLag &&
    (subject.change === 'only-on-master' || subject.change === 'replaced')
      ? {
          facts: { script: subject.name },
          effects: [subject.change === 'replaced' ? 'update-replica' : 'copy-to-replica'],
        }
      : undefined,
  message: (f) => `sieve script ${JSON.stringify(f.script)} will be copied to the replica`,
});
