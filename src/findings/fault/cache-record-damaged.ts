import { defineFaultFinding } from '../define.js';

export const cacheRecordDamaged = defineFaultFinding({
  code: 'cache-record-damaged',
  class: 'safe',
  since: '0.1.0',
  faults: ['cache-item-length', 'cache-item-malformed', 'cache-record-crc'],
  effects: ['none'],
  title: 'A cache record is damaged',
  why: 'The envelope and structure kept for this message fail their checksum or cannot be taken apart. Nothing is lost: Cyrus makes them again from the message file. One such record may come from a crash; several, or new ones every night, come from the disk.',
  replication: 'Not compared. Where the record is needed it is made again.',
  remedy:
    'reconstruct the mailbox on this side. If the same message is reported again, remove cyrus.cache first. Test the disk when more of them appear.',
});
