import { defineUserMetadataFinding, scriptText } from './user-metadata-subject.js';

export const sieveActivePending = defineUserMetadataFinding({
  code: 'sieve-active-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Active sieve script of the master not yet that of the replica',
  why: 'Another sieve script is active on the master than on the replica, and the pending log says that it was changed there, or none is active on the replica.',
  replication: "The master's choice becomes the replica's.",
  remedy: 'Nothing. Let replication run.',
  example: { master: '"holidays"', replica: '"work"' },
  check: (subject) =>
    subject.kind === 'sieve-active' && subject.isLag
      ? {
          facts: { master: scriptText(subject.master), replica: scriptText(subject.replica) },
          effects: ['update-replica'],
        }
      : undefined,
  message: (f) => `active sieve script ${f.replica} of the replica will become ${f.master}`,
});
