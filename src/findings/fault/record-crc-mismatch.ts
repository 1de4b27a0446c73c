import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
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
    'On the master: Cyrus 3.0 and later die on an assertion when they meet the record, and -A skips every user sorted after this one; 2.5 gives up on the user; 2.4 passes the record over without a word. On the replica sync_server dies and the user fails on every run.',
  remedy: `Test memory and disk of this machine. ${METADATA_FROM_OTHER_SIDE}`,
});
