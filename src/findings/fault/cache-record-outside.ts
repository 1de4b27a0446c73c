import { defineFaultFinding } from '../define.js';

export const cacheRecordOutside = defineFaultFinding({
  code: 'cache-record-outside',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-record-outside'],
  effects: ['none'],
  title: 'A message points outside cyrus.cache',
  why: 'The record of the message names a place that the cache file does not have: the file was cut, or is of another time. Nothing is lost: Cyrus makes the cache record again from the message file whenever it is asked for.',
  replication: 'Not compared. Where the record is needed it is made again.',
  remedy: 'reconstruct the mailbox on this side.',
});
