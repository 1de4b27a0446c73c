import { defineFaultFinding } from '../define.js';

export const cacheGenerationMismatch = defineFaultFinding({
  code: 'cache-generation-mismatch',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-generation'],
  effects: ['none'],
  title: 'cyrus.cache and cyrus.index are of different generations',
  why: 'Each repack of a mailbox gives both files a new number, and the numbers differ: one of the files was restored from another time, or a repack was interrupted. The index may point to wrong places in the cache; an audit with --level content finds them.',
  replication:
    'Not looked at: from 3.0 on Cyrus checks each cache record by itself. Only a side that runs 2.5 refuses new messages for the mailbox until the numbers agree.',
  remedy:
    'Nothing when --level content reports no damaged record here: the next repack numbers both files again. Otherwise, while no process has the mailbox open, remove cyrus.cache and reconstruct the mailbox on this side; reconstruct alone leaves the number as it is.',
});
