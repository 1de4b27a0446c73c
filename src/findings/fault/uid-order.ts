import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineFaultFinding } from '../define.js';

export const uidOrder = defineFaultFinding({
  code: 'uid-order',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-uid-order', 'record-uid-zero'],
  effects: ['unseen'],
  title: 'UIDs are not strictly ascending',
  why: 'Two records share a UID, or they are out of order. Cyrus searches records by bisection and may find the wrong one or none.',
  replication: 'Not noticed while the headers agree; nothing is repaired.',
  remedy: `Look at the mailbox with cyraudit inspect. ${METADATA_FROM_OTHER_SIDE}`,
});
