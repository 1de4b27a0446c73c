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
  remedy: 'Run reconstruct -G MAILBOX on this side (it computes GUIDs from the files), then audit again.',
});
