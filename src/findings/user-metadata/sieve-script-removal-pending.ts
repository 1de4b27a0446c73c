import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const sieveScriptRemovalPending = defineUserMetadataFinding({
  code: 'sieve-script-removal-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Sieve script deleted on the master, not yet on the replica',
  why: "The pending log says that the user's scripts were changed on the master, and this one is older than that and not there now.",
  replication: 'The script is deleted on the replica.',
  remedy: 'Nothing. Let replication run.',
  example: { script: 'vacation' },
  check: (subject) =>
    subject.kind === 'sieve-script' && subject.isLag && subject.change === 'only-on-replica'
      ? { facts: { script: subject.name }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) => `sieve script ${JSON.stringify(f.script)} will be deleted on the replica`,
});
