import { defineListFinding } from './list-subject.js';

export const uniqueidInTwoNamesOnReplica = defineListFinding({
  code: 'uniqueid-in-two-names-on-replica',
  class: 'admin',
  since: '0.1.0',
  title: 'One uniqueid under two names on the replica',
  why: "Two live entries of the replica's list have the same uniqueid, so they share one directory.",
  replication: 'Which of the two names is matched is a matter of chance.',
  remedy:
    "Find out which name is right (cyraudit inspect DIRECTORY/cyrus.header). With the replica stopped remove the row of the other: cyr_dbtool CONFDIR/mailboxes.db twoskip delete KEY, where KEY is as cyr_dbtool CONFDIR/mailboxes.db twoskip show prints it; its levels are separated by the byte 0x1F (in bash: $'Nuser\\x1ffred\\x1fB'). Then audit again.",
  example: { uniqueid: '7unn4hc962zx7rcdridljy7h', names: ['user.fred.A', 'user.fred.B'] },
  check: (s) =>
    s.kind === 'two-names' && s.side === 'replica'
      ? { side: s.side, facts: { uniqueid: s.uniqueid, names: s.names } }
      : undefined,
  message: (f) => `${f.uniqueid} is ${f.names.join(' and ')}`,
});
