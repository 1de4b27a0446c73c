import { defineFaultFinding } from '../define.js';

export const syncCrcStale = defineFaultFinding({
  code: 'sync-crc-stale',
  class: 'safe',
  since: '0.1.0',
  faults: ['index-sync-crc-basic', 'index-sync-crc-annot'],
  effects: ['none'],
  title: 'The cached sync CRC is not that of the records',
  why: 'The CRC that replication compares is cached in the index header and kept by increments.',
  replication:
    'It is computed again when it differs from the other side; records that differ are found by cyraudit itself and have findings of their own.',
  remedy: 'Run reconstruct -s MAILBOX on this side when convenient.',
});
