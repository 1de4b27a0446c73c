import { defineMailboxFinding } from './mailbox-subject.js';

export const uniqueidInUseOnReplica = defineMailboxFinding({
  code: 'uniqueid-in-use-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'The replica would refuse the mailbox: its uniqueid is taken there',
  why: 'The replica lacks this mailbox, but a row of its mailbox list still gives the uniqueid to another name that does not exist any more. Cyrus leaves such a row behind when a mailbox was deleted on the replica and its delayed-delete copy has expired.',
  replication:
    'Refused on every run ("mailbox uniqueid already in use"); the rest of the user is blocked. The mailbox never comes back by itself.',
  remedy:
    'On the replica, look for the name that holds the uniqueid: cyr_dbtool CONFDIR/mailboxes.db twoskip get IUNIQUEID. When that mailbox is really gone (ctl_mboxlist -d, mbpath), stop the replica, take the row out with cyr_dbtool CONFDIR/mailboxes.db twoskip delete IUNIQUEID, start it and run sync_client -u USER.',
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', usedBy: 'DELETED.user.fred.Work.6B00FA8B' },
  check: ({ master, replica, conflict, uniqueidUsedBy }) =>
    master !== undefined && replica === undefined && (conflict?.lastUid ?? 0) === 0 && uniqueidUsedBy !== undefined
      ? {
          facts: { uniqueid: master.mbentry.uniqueid ?? '', usedBy: uniqueidUsedBy },
          effects: ['blocked'],
        }
      : undefined,
  message: (f) => `the replica's list gives uniqueid ${f.uniqueid} to ${f.usedBy}, which does not exist`,
});
