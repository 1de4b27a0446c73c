import { defineFaultFinding } from '../define.js';

export const uidAboveLastUid = defineFaultFinding({
  code: 'uid-above-last-uid',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-uid-above-last-uid'],
  onlyOn: 'master',
  title: 'A record lies above last_uid on the master',
  why: 'The index header says that this UID was never used. The next delivery uses it again and overwrites the file of the existing message.',
  replication:
    "Replication raises last_uid again if the replica's header is right, but a delivery before that destroys the message.",
  remedy: 'Stop deliveries to this mailbox, run reconstruct MAILBOX there, and audit again before it takes mail.',
});
