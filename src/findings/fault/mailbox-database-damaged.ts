import { DATABASE_DAMAGE } from '../database-damage.js';
import { defineFaultFinding } from '../define.js';

export const mailboxDatabaseDamaged = defineFaultFinding({
  code: 'mailbox-database-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: DATABASE_DAMAGE,
  title: 'A database of the mailbox is damaged',
  why: 'A structure or checksum of this database does not hold.',
  replication: 'Cyrus opens or recovers the file silently to what it can read; what is lost is lost on the next write.',
  remedy:
    'With the server stopped restore the file from a backup, or copy it from the other side when the uniqueid is the same. cyr_dbtool FILE twoskip show lists what Cyrus can still read. Then audit again.',
});
