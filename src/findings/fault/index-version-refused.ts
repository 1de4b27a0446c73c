import { defineFaultFinding } from '../define.js';

export const indexVersionRefused = defineFaultFinding({
  code: 'index-version-refused',
  class: 'admin',
  since: '0.1.0',
  faults: ['index-version-refused'],
  effects: ['blocked'],
  title: 'cyrus.index of a version that replication refuses',
  why: 'Indexes older than version 10 have no GUIDs, and replication refuses their mailboxes.',
  replication: 'Refused on every run with exit status 1; the whole user is blocked.',
  remedy:
    'Upgrade the index: run reconstruct -V max MAILBOX on this side, then run sync_client -u USER, and audit again.',
});
