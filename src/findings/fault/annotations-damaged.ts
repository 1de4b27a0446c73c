import { defineFaultFinding } from '../define.js';

export const annotationsDamaged = defineFaultFinding({
  code: 'annotations-damaged',
  class: 'admin',
  since: '0.1.0',
  faults: ['annotation-syntax'],
  title: 'Message annotations cannot be read',
  why: 'A row of the annotation database does not have the shape that Cyrus writes.',
  replication: 'Cyrus reads what it can; lost rows are removed on the other side too when the record is next sent.',
  remedy:
    'Look at the file: cyraudit inspect FILE. Then, with replication stopped, put a good copy in place (backup, or the other side), run reconstruct MAILBOX on this side and sync_client -u USER on the master, and audit again.',
});
