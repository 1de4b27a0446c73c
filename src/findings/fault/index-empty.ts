import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineFaultFinding } from '../define.js';

export const indexEmpty = defineFaultFinding({
  code: 'index-empty',
  class: 'admin',
  since: '0.1.0',
  faults: ['file-empty'],
  effects: ['blocked'],
  title: 'A metadata file of the mailbox is empty',
  why: 'A file that must have a header has no bytes: usually a crash with unflushed data, or a full disk.',
  replication:
    'The mailbox cannot be opened: every run for this user fails with exit status 1 (the whole user, not only this mailbox). Nothing is destroyed.',
  remedy: METADATA_FROM_OTHER_SIDE,
});
