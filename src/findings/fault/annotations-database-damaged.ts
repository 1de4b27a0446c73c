import { DATABASE_DAMAGE } from '../database-damage.js';
import { defineFaultFinding } from '../define.js';

export const annotationsDatabaseDamaged = defineFaultFinding({
  code: 'annotations-database-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: DATABASE_DAMAGE,
  title: 'The database of mailbox annotations is damaged',
  why: 'annotations.db holds the annotations of all mailboxes of the server: special use, expiry, comments. A structure or checksum of it does not hold, so that none of what it says can be relied on.',
  replication:
    'Annotations that Cyrus cannot read count as gone: on the master they are removed on the replica with the next change of their mailbox.',
  remedy:
    'With the server stopped restore annotations.db from a backup. cyr_dbtool FILE twoskip show lists what Cyrus can still read. Then audit again.',
});
