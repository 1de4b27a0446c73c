import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineFaultFinding } from '../define.js';

export const indexUnreadable = defineFaultFinding({
  code: 'index-unreadable',
  class: 'admin',
  since: '0.1.0',
  faults: [
    'index-too-short',
    'index-truncated',
    'index-version-unknown',
    'index-header-crc',
    'index-start-offset',
    'index-record-size',
  ],
  effects: ['blocked'],
  title: 'cyrus.index cannot be used',
  why: 'The header or the length of the index is damaged, so Cyrus refuses to open the mailbox and its records cannot be trusted.',
  replication:
    'The mailbox cannot be opened: every run for this user fails with exit status 1 (the whole user, not only this mailbox). Nothing is destroyed.',
  remedy: METADATA_FROM_OTHER_SIDE,
});
