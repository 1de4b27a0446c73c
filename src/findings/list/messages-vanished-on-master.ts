import { defineListFinding } from './list-subject.js';

/** Below these it is the work of a few users, who are told one by one. */
const MIN_MAILBOXES = 5;
const MIN_UNITS = 3;
const MIN_MESSAGES = 20;
/** One in so many mailboxes: users empty their Trash, but not most of what they have. */
const SHARE = 3;

export const messagesVanishedOnMaster = defineListFinding({
  code: 'messages-vanished-on-master',
  class: 'halt',
  since: '0.1.0',
  title: 'Many mailboxes of the master have lost most of their messages',
  why: 'More than a third of the mailboxes of a partition (at least 5, of at least 3 users, with at least 20 messages) have on the master no record of more than half of the messages that are live on the replica, and deletedmodseq is above them: this is what a reconstruct leaves behind after message files were lost. Proven expunges (expunge_mode: immediate, or the message in another mailbox of the user) do not count.',
  replication:
    'Every copy on the replica is expunged, with exit status 0: the loss of the master becomes the loss of both.',
  remedy:
    'Do not start replication. Find out in the log of the master whether reconstruct ran there and why. If the messages are wanted, restore the partition of the master from a backup of before, or make the replica the master. Only if users did delete all of this, for instance by cyr_expire while replication stood still, let it run.',
  example: { partition: 'default', filled: 200, emptied: 151, users: 48, messages: 31207 },
  check: (s) =>
    s.kind === 'vanished' &&
    s.emptied >= MIN_MAILBOXES &&
    s.units >= MIN_UNITS &&
    s.messages >= MIN_MESSAGES &&
    s.emptied * SHARE > s.filled
      ? {
          side: 'master',
          facts: {
            partition: s.partition,
            filled: s.filled,
            emptied: s.emptied,
            users: s.units,
            messages: s.messages,
          },
          effects: ['expunge-on-replica'],
        }
      : undefined,
  message: (f) =>
    `partition ${f.partition}: ${String(f.emptied)} of ${String(f.filled)} mailboxes with mail, of ${String(f.users)} users, lack ${String(f.messages)} messages that are live on the replica`,
});
