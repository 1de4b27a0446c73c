import { DATABASE_DAMAGE } from '../database-damage.js';
import { defineListFinding } from './list-subject.js';

export const mboxlistDamaged = defineListFinding({
  code: 'mboxlist-damaged',
  class: 'halt',
  since: '0.1.0',
  title: 'The mailbox list is damaged',
  why: 'A structure or checksum of mailboxes.db does not hold. What cannot be read looks to Cyrus as if it did not exist.',
  replication:
    'Cyrus may recover the list silently to what it can read; the mailboxes that vanish from it are then taken for deleted or are forgotten.',
  remedy:
    'Do not start Cyrus, and keep a copy of the file. Restore mailboxes.db from the newest good copy in CONFDIR/db.backup1 or db.backup2 (cyraudit inspect tells whether it is sound). Run cyraudit check on this side, which names directories and entries without each other (ctl_mboxlist -v of Cyrus 3.6 does not know the directories by uniqueid and names sound mailboxes), put back what is missing, start Cyrus, and audit again before replication runs.',
  example: {
    file: 'conf/mailboxes.db',
    offset: 336,
    expected: '0x89212311',
    found: '0x00000000',
    what: 'db-record-crc',
  },
  check: (s) =>
    s.kind === 'fault' && DATABASE_DAMAGE.includes(s.fault.code)
      ? {
          side: s.side,
          facts: {
            file: s.fault.file,
            offset: s.fault.offset ?? 0,
            expected: s.fault.expected ?? '',
            found: s.fault.actual ?? '',
            what: s.fault.code,
          },
        }
      : undefined,
  message: (f) => `${f.file} at byte ${String(f.offset)} (${f.what}): expected ${f.expected}, found ${f.found}`,
});
