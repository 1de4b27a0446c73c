import { METADATA_FROM_OTHER_SIDE } from '../metadata-from-other-side.js';
import { defineFaultFinding } from '../define.js';

export const nullGuid = defineFaultFinding({
  code: 'null-guid',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-null-guid'],
  effects: ['blocked'],
  title: 'A record has no GUID',
  why: 'Replication identifies messages by GUID; a record without one is from a very old release or damaged.',
  replication: 'The mailbox is refused and the whole user does not sync (exit status 1).',
  remedy: `${METADATA_FROM_OTHER_SIDE} When neither side has a good record, reconstruct -G -R MAILBOX gives the message a GUID under a new UID; the old record must then be cleaned out (cyr_expire -E 1 -X 0 -u USER).`,
});
