import { defineFaultFinding } from '../define.js';

export const mbentryUnreadable = defineFaultFinding({
  code: 'mbentry-unreadable',
  class: 'admin',
  since: '0.1.0',
  faults: ['mbentry-syntax'],
  effects: ['blocked'],
  title: 'A row of the mailbox list cannot be read',
  why: 'The value of this row does not have the shape that Cyrus writes.',
  replication: 'Operations on this mailbox fail.',
  remedy:
    "Look at the row: cyr_dbtool CONFDIR/mailboxes.db twoskip get KEY, where KEY is as cyr_dbtool CONFDIR/mailboxes.db twoskip show prints it; its levels are separated by the byte 0x1F (in bash: $'Nuser\\x1ffred'). Write it again from a backup of the list, with the server stopped: cyr_dbtool CONFDIR/mailboxes.db twoskip set KEY VALUE; or delete it and make it anew with reconstruct -P DIRECTORY (Cyrus 3.6 and later). Then audit again.",
});
