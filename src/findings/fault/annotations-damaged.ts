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
    'Look at the mailbox with cyraudit inspect. Then, with replication stopped, reconstruct it on this side from a good copy of its files, run sync_client -u for the user, and audit again.',
});
