import { DATABASE_DAMAGE } from '../database-damage.js';
import { defineFaultFinding } from '../define.js';

export const userDatabaseDamaged = defineFaultFinding({
  code: 'user-database-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: [...DATABASE_DAMAGE, 'seen-syntax', 'subscription-syntax', 'subscription-version', 'quota-syntax'],
  title: 'Seen state, subscriptions or quota of the user are damaged',
  why: 'A structure, checksum or value in the file does not hold.',
  replication:
    'What cannot be read on the master counts as gone: subscriptions are removed on the replica, seen state stays as it is there. A quota record that cannot be read stops the rest of the user.',
  remedy:
    'With Cyrus stopped restore the file from a backup or copy it from the other side. For a quota record run cyradm: setquota ROOT STORAGE LIMIT, then quota -f ROOT. Audit again.',
});
