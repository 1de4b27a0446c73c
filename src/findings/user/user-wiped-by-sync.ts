import { numberOf } from '../number-of.js';
import { defineUserFinding, wasDeleted } from './user-subject.js';

export const userWipedBySync = defineUserFinding({
  code: 'user-wiped-by-sync',
  class: 'admin',
  since: '0.1.0',
  title: 'User only on the replica: sync_client -u would wipe him there',
  why: "The replica has mailboxes of a user whom the master's list neither has nor remembers as deleted. The sync_client of Cyrus 2.4 and 3.0 takes a user without INBOX for one that was removed.",
  replication:
    'Nothing as long as nobody names the user: -A does not look at him. sync_client -u USER, or a USER line in the log, deletes all of his mailboxes on the replica at once, with exit status 0.',
  remedy:
    'Do not run sync_client -u for this user on the master. Find out on which side he belongs. To keep him, replicate him in the other direction (on the replica: sync_client -S MASTERHOST -u USER). To drop him, delete his INBOX on the replica (cyradm: setaclmailbox user.USER ADMIN x, then deletemailbox user.USER). Then audit again.',
  example: { mailboxes: 4 },
  check: (subject) =>
    subject.inboxOnMaster !== 'live' &&
    subject.replicaMailboxes > subject.movedOnMaster &&
    !wasDeleted(subject) &&
    !subject.unuserLogged &&
    subject.wipedBySync
      ? { facts: { mailboxes: subject.replicaMailboxes }, effects: ['delete-on-replica'] }
      : undefined,
  message: (f) =>
    `${numberOf(f.mailboxes, 'mailbox', 'mailboxes')}, only on the replica; sync_client -u would delete ${f.mailboxes === 1 ? 'it' : 'them'}`,
});
