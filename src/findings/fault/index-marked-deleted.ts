import { defineFaultFinding } from '../define.js';

export const indexMarkedDeleted = defineFaultFinding({
  code: 'index-marked-deleted',
  class: 'admin',
  since: '0.1.0',
  faults: ['index-marked-deleted'],
  effects: ['blocked'],
  title: 'A mailbox in use is marked as deleted in its index',
  why: 'The list has the mailbox, and the index header carries the mark with which Cyrus remembers to remove the files of a deleted mailbox.',
  replication:
    'Whoever opens the mailbox next removes its files, sync_client on the master included; after that every run for this user fails.',
  remedy:
    'Copy the directory of the mailbox away before anything opens it, with the server stopped. Restore cyrus.index from a backup or from the other side, then audit again.',
});
