import { defineFaultFinding } from '../define.js';

export const databaseNeedsRecovery = defineFaultFinding({
  code: 'database-needs-recovery',
  class: 'safe',
  since: '0.1.0',
  faults: ['db-dirty', 'db-trailing-bytes'],
  effects: ['none'],
  title: 'A database was not closed cleanly',
  why: 'A crash left an unfinished transaction behind the committed end. The committed content is whole and was read.',
  replication: 'Cyrus recovers the file when it opens it.',
  remedy: 'Nothing: Cyrus recovers the file when it opens it, and ctl_cyrusdb -r does so for all at its next start.',
});
