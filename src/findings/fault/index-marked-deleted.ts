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
    'Stop the server before anything opens the mailbox, and copy its directory away (mbpath -m MAILBOX shows it). Restore cyrus.index from a backup, or copy it from the other side, where the uniqueid is the same. Run reconstruct MAILBOX on this side, start the server, and audit again before replication runs.',
});
