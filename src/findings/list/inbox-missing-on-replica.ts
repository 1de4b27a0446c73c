import { numberOf } from '../number-of.js';
import { defineListFinding } from './list-subject.js';

export const inboxMissingOnReplica = defineListFinding({
  code: 'inbox-missing-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'User with subfolders but without INBOX on the replica',
  why: 'The list of the replica has mailboxes of this user and no INBOX: an entry was lost, or someone replicated single mailboxes (sync_client -m).',
  replication: 'The INBOX is uploaded again; if its directory is still there it is overwritten.',
  remedy:
    'Look at the directories without an entry on the replica first (finding entry-lost-on-replica), then run sync_client -u USER on the master.',
  example: { userid: 'fred', mailboxes: 3 },
  check: (s) =>
    s.kind === 'inbox-missing' && s.side === 'replica'
      ? { side: s.side, facts: { userid: s.userid, mailboxes: s.mailboxes }, effects: ['copy-to-replica'] }
      : undefined,
  message: (f) => `${f.userid} has ${numberOf(f.mailboxes, 'mailbox', 'mailboxes')} and no INBOX on the replica`,
});
