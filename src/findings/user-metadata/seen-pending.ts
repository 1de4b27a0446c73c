import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const seenPending = defineUserMetadataFinding({
  code: 'seen-pending',
  class: 'safe',
  since: '0.1.0',
  title: 'Seen state of the master not yet on the replica',
  why: "The user's seen state of a mailbox differs, and every message that is seen on the replica is seen on the master too.",
  replication: "The master's row replaces the replica's.",
  remedy: 'Nothing. Let replication run.',
  example: { mboxname: 'user.fred', uniqueid: '7unn4hc962zx7rcdridljy7h' },
  check: (subject) =>
    subject.kind === 'seen' && subject.messages === 0
      ? {
          facts: { mboxname: subject.mboxname, uniqueid: subject.difference.uniqueid },
          effects: [subject.difference.replica === undefined ? 'copy-to-replica' : 'update-replica'],
        }
      : undefined,
  message: (f) => `seen state of ${f.mboxname} will be copied to the replica`,
});
