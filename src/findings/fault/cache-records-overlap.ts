import { defineFaultFinding } from '../define.js';

export const cacheRecordsOverlap = defineFaultFinding({
  code: 'cache-records-overlap',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-records-overlap'],
  effects: ['none'],
  title: 'Two messages share bytes of cyrus.cache',
  why: 'The cache record of one message begins inside that of another, so at least one of them shows wrong data to clients. Only a damaged offset in the index does that.',
  replication: 'Not compared.',
  remedy:
    'While no process has the mailbox open, remove cyrus.cache and reconstruct the mailbox on this side: it writes the file again from the message files.',
});
