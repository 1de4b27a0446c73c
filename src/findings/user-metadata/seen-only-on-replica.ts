import { numberOf } from '../number-of.js';
import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const seenOnlyOnReplica = defineUserMetadataFinding({
  code: 'seen-only-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Seen state of a mailbox only on the replica',
  why: "The replica remembers which messages of the mailbox the user has seen, and the master has nothing of it. Either the master lost it (the user's seen.db is gone or was made anew), or he read them on the replica.",
  replication: 'Rows that only the replica has are left alone: the sides differ for ever, and nothing says so.',
  remedy:
    "If the master lost it, copy the user's seen.db from the replica or a backup while Cyrus is stopped; otherwise have him mark the messages as seen on the master. When he has no use for it, remove the row on the replica.",
  example: { mboxname: 'user.fred', uniqueid: '7unn4hc962zx7rcdridljy7h', messages: 2, replicaChanged: 1795226000 },
  check: (subject) =>
    subject.kind === 'seen-only-on-replica' && subject.messages > 0
      ? {
          facts: {
            mboxname: subject.mboxname,
            uniqueid: subject.uniqueid,
            messages: subject.messages,
            replicaChanged: subject.changed,
          },
          effects: ['unseen'],
        }
      : undefined,
  message: (f) =>
    `${f.mboxname}: ${numberOf(f.messages, 'message is', 'messages are')} seen on the replica, and the master knows of none`,
});
