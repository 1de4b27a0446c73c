import { defineFaultFinding } from '../define.js';

export const headerUnreadable = defineFaultFinding({
  code: 'header-unreadable',
  class: 'admin',
  since: '0.1.0',
  faults: ['header-magic', 'header-syntax'],
  effects: ['blocked'],
  title: 'cyrus.header cannot be read',
  why: 'Without it Cyrus knows neither uniqueid, ACL nor the names of the user flags of this mailbox.',
  replication:
    'The mailbox cannot be opened: every run for this user fails with exit status 1 (the whole user, not only this mailbox). Nothing is destroyed.',
  remedy:
    'Restore cyrus.header from a backup, or copy it from the other side when uniqueid and flags are the same there; then run reconstruct MAILBOX, sync_client -u USER, and audit again.',
});
