import { defineFaultFinding } from '../define.js';

export const recordCrcMismatch = defineFaultFinding({
  code: 'record-crc-mismatch',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-crc'],
  effects: ['blocked'],
  title: 'A message record fails its checksum',
  why: 'The bytes of this record were changed outside Cyrus: disk, memory or file system.',
  replication:
    'On the master sync_client dies on an assertion when it meets the record, and -A skips every user sorted after this one; on the replica sync_server dies and the user fails on every run.',
  remedy:
    'Test memory and disk of this machine. Then reconstruct the mailbox on this side, run sync_client -u for the user, and audit again.',
});
