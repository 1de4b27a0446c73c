import { defineMailboxFinding } from './mailbox-subject.js';
import { settingsOfReplaced } from './settings-of-replaced.js';

export const replicaMailboxSettingsLost = defineMailboxFinding({
  code: 'replica-mailbox-settings-lost',
  class: 'admin',
  since: '0.1.0',
  title: 'Same name, different mailbox, set up on the replica without messages',
  why: "The uniqueids differ. The mailbox of the replica has never held a message, but somebody gave it rights, options or annotations that the master's mailbox of that name does not have.",
  replication:
    "The replica's mailbox is replaced by the master's, and with it go its ACL, options and annotations. sync_client exits 0.",
  remedy:
    'Set what is to be kept on the mailbox of the master before replication runs (cyradm: setaclmailbox MAILBOX IDENTIFIER RIGHTS; IMAP SETMETADATA MAILBOX), and audit again. If nothing is to be kept, let replication run.',
  example: {
    masterUniqueid: '7unn4hc962zx7rcdridljy7h',
    replicaUniqueid: 'dtroqv4i7waaihb6f331kwvj',
    settings: ['acl ben lrs', '/comment fred'],
  },
  check: (subject) => {
    const { master, conflict } = subject;
    const settings = settingsOfReplaced(subject) ?? [];
    return master !== undefined && conflict !== undefined && settings.length > 0
      ? {
          facts: {
            masterUniqueid: master.mbentry.uniqueid ?? '',
            replicaUniqueid: conflict.uniqueid,
            settings,
          },
          effects: ['overwrite-on-replica', 'copy-to-replica'],
        }
      : undefined;
  },
  message: (f) =>
    `the never used mailbox ${f.replicaUniqueid} on the replica would be replaced by ${f.masterUniqueid}, and lose ${f.settings.join(', ')}`,
});
