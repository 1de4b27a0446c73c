import { defineFaultFinding } from '../define.js';

export const unnamedUserFlag = defineFaultFinding({
  code: 'unnamed-user-flag',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-unnamed-user-flag'],
  effects: ['unseen'],
  title: 'A record has a user flag without a name',
  why: 'A bit is set for which cyrus.header has no name: the header was replaced or damaged, or the bit flipped.',
  replication: 'The flag is not sent; the sides never converge.',
  remedy:
    'If the names in cyrus.header are gone, copy the file from the other side with both servers stopped (uniqueid and flags must be the same there). Run reconstruct MAILBOX on this side (it clears a bit that still has no name), and audit again before replication runs.',
});
