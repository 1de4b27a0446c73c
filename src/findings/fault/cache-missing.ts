import { defineFaultFinding } from '../define.js';

export const cacheMissing = defineFaultFinding({
  code: 'cache-missing',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-missing', 'cache-too-short'],
  effects: ['none'],
  title: 'cyrus.cache is missing',
  why: 'The index keeps the envelope and the structure of its messages in this file, and it is not there or empty. Nothing is lost: Cyrus makes all of it again from the message files, one by one and slowly, whenever a client asks.',
  replication:
    'Not looked at, and made again where it is needed. Only a side that runs 2.5 refuses new messages for the mailbox until the file is back.',
  remedy: 'reconstruct the mailbox on this side: it writes the file again.',
});
