import { DATABASE_DAMAGE } from '../database-damage.js';
import { defineFaultFinding } from '../define.js';

export const annotationsDatabaseDamaged = defineFaultFinding({
  code: 'annotations-database-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: DATABASE_DAMAGE,
  title: 'The database of mailbox annotations is damaged',
  why: 'annotations.db holds the annotations of all mailboxes of the server: special use, expiry, comments. A structure or checksum of it does not hold, so that none of what it says can be relied on.',
  effects: ['blocked'],
  replication:
    'The search for the annotations of a mailbox ends with an error where it meets the damage: sync_client stops at every such user, on every run (with one damaged row, 3.6.1 stopped at all users). Nothing is lost, and nothing is repaired.',
  remedy:
    'With the server stopped restore annotations.db from a backup. cyr_dbtool FILE twoskip show lists what Cyrus can still read. Then audit again.',
});
