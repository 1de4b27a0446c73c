import { defineFaultFinding } from '../define.js';

export const recentuidAboveLastUid = defineFaultFinding({
  code: 'recentuid-above-last-uid',
  class: 'safe',
  since: '0.1.0',
  faults: ['index-recentuid'],
  effects: ['none'],
  title: 'The last recent UID is above the last UID',
  why: 'Cyrus has never told a client of a message that does not exist: the value in the index header is wrong. Nobody loses mail by it; new messages are not shown as \\Recent.',
  replication: 'Not compared; the replica takes the value over.',
  remedy:
    'Run reconstruct MAILBOX on this side when convenient. When more findings of this machine look like it, suspect its memory or disks.',
});
