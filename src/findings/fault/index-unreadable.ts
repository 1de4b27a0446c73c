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
  remedy:
    'Restore cyrus.index from a backup or a snapshot, or rebuild it with reconstruct MAILBOX on this side (flags of this copy are lost if the file is rebuilt from nothing: the other side still has them). Then run sync_client -u USER, and audit again.',
});
