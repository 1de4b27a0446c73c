import { defineFaultFinding } from '../define.js';

export const annotationStray = defineFaultFinding({
  code: 'annotation-stray',
  class: 'safe',
  since: '0.1.0',
  faults: ['annotation-without-record', 'annotation-modseq'],
  effects: ['none'],
  title: 'A message annotation does not fit the records',
  why: 'cyrus.annotations has a row for a UID without a record, or one that was changed after the highest modseq of the mailbox: a crash between two files, or a record that was lost.',
  replication: 'Annotations travel with their records; this row has none, or goes as it is.',
  remedy:
    'When this side lost records (other findings say so), bring those back first. Else nothing needs to be done; reconstruct MAILBOX on this side tidies up.',
});
