import { defineListFinding } from './list-subject.js';

export const uniqueidInTwoNames = defineListFinding({
  code: 'uniqueid-in-two-names',
  class: 'halt',
  since: '0.1.0',
  title: 'One uniqueid under two names',
  why: 'Two live entries of the mailbox list have the same uniqueid, so they share one directory. A healthy list never has that.',
  replication:
    "On the master: the replica's mailbox is renamed to the wrong name and never comes back, with exit status 0.",
  remedy:
    "Do not start replication. The name in DIRECTORY/cyrus.header is the right one (cyraudit inspect; before Cyrus 3.6 it is the name of the directory). With the server stopped remove the row of the other: cyr_dbtool CONFDIR/mailboxes.db twoskip delete KEY, where KEY is as cyr_dbtool CONFDIR/mailboxes.db twoskip show prints it; its levels are separated by the byte 0x1F (in bash: $'Nuser\\x1ffred\\x1fB'). Then audit again.",
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', names: ['user.fred.A', 'user.fred.B'] },
  check: (s) =>
    s.kind === 'two-names' && s.side !== 'replica'
      ? { side: s.side, facts: { uniqueid: s.uniqueid, names: s.names } }
      : undefined,
  message: (f) => `${f.uniqueid} is ${f.names.join(' and ')}`,
});
