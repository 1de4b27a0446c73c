import { defineFaultFinding } from '../define.js';

export const modseqAboveHighestmodseq = defineFaultFinding({
  code: 'modseq-above-highestmodseq',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-modseq-above-highest'],
  title: 'A record has a modseq above highestmodseq',
  why: 'The record was written and the header was not: a crash between the two, or a damaged header. Clients that rely on CONDSTORE miss the change.',
  replication:
    'The change may never be sent: replication asks for what is above the highestmodseq of the replica, and skips mailboxes whose headers agree.',
  remedy: 'Run reconstruct MAILBOX on this side (it raises the header), run sync_client -u USER, and audit again.',
});
