import { defineFaultFinding } from '../define.js';

export const cacheRepackInterrupted = defineFaultFinding({
  code: 'cache-repack-interrupted',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-repack-interrupted'],
  effects: ['none'],
  title: 'An interrupted repack left the new cache under another name',
  why: 'A repack renames the new cyrus.index first and the new cyrus.cache after it; the server died in between. The right file is cyrus.cache.NEW, and cyrus.cache is the one of before.',
  replication:
    'Not looked at. Cyrus finds that the records of the old file do not match and makes them again from the message files.',
  remedy:
    'While no process has the mailbox open, remove cyrus.cache and cyrus.cache.NEW, then reconstruct the mailbox on this side. Renaming the new file is enough only when the mailbox has not been used since.',
});
