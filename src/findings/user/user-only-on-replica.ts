import { numberOf } from '../number-of.js';
import { defineUserFinding, wasDeleted } from './user-subject.js';

export const userOnlyOnReplica = defineUserFinding({
  code: 'user-only-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'User only on the replica',
  why: "The replica has mailboxes of a user whom the master's list neither has nor remembers as deleted.",
  replication:
    'sync_client -A never looks at the user; -u says that he does not exist locally. Both exit 0, and nothing is copied or deleted.',
  remedy:
    'Find out on which side the user belongs. To keep him, replicate him in the other direction (on the replica: sync_client -S MASTERHOST -u USER). To drop him, delete his INBOX on the replica (cyradm: setaclmailbox user.USER ADMIN x, then deletemailbox user.USER).',
  example: { mailboxes: 4 },
  check: (subject) =>
    subject.inboxOnMaster !== 'live' &&
    subject.replicaMailboxes > subject.movedOnMaster &&
    !wasDeleted(subject) &&
    !subject.unuserLogged &&
    !subject.wipedBySync
      ? { facts: { mailboxes: subject.replicaMailboxes }, effects: ['none'] }
      : undefined,
  message: (f) => `${numberOf(f.mailboxes, 'mailbox', 'mailboxes')}, only on the replica`,
});
