import { numberOf } from '../number-of.js';
import { defineUserMetadataFinding } from './user-metadata-subject.js';

export const seenLostOnReplica = defineUserMetadataFinding({
  code: 'seen-lost-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'Messages seen only on the replica would be unseen again',
  why: "The user's seen state of a mailbox has messages as seen on the replica that are unseen on the master. Either he read them on the replica, or he marked them unseen on the master; the disk cannot tell which.",
  replication: "The master's row always replaces the replica's, whichever is newer.",
  remedy:
    'If the messages were read on the replica, have the user mark them as seen on the master before replication runs, or accept that he finds them unseen. Then let it run.',
  example: {
    mboxname: 'user.fred',
    uniqueid: '7unn4hc962zx7rcdridljy7h',
    messages: 2,
    masterChanged: 1795225178,
    replicaChanged: 1795226000,
  },
  check: (subject) =>
    subject.kind === 'seen' && subject.messages > 0
      ? {
          facts: {
            mboxname: subject.mboxname,
            uniqueid: subject.difference.uniqueid,
            messages: subject.messages,
            masterChanged: subject.difference.master.lastchange,
            replicaChanged: subject.difference.replica?.lastchange ?? 0,
          },
          effects: ['overwrite-on-replica'],
        }
      : undefined,
  message: (f) =>
    `${f.mboxname}: ${numberOf(f.messages, 'message that was', 'messages that were')} seen on the replica would be unseen`,
});
