import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
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
  remedy: METADATA_FROM_OTHER_SIDE,
});
