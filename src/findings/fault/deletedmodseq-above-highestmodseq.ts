import { defineFaultFinding } from '../define.js';

export const deletedmodseqAboveHighestmodseq = defineFaultFinding({
  code: 'deletedmodseq-above-highestmodseq',
  class: 'safe',
  since: '0.1.0',
  faults: ['index-deletedmodseq'],
  title: 'The mailbox claims to have forgotten changes that lie in its future',
  why: 'deletedmodseq is the last modseq of the records that were cleaned out, and cannot be above the highest modseq. Up to it a missing record counts as expunged.',
  replication:
    'Nothing by itself: what only one side has travels as ever. Only for a message whose record the master has lost it decides that the message counts as expunged there; the loss has a finding of its own.',
  remedy:
    'Nothing urgent; reconstruct leaves the value as it is. A mailbox whose messages are moved into a new one (IMAP MOVE) is rid of it. Until then audit before replication whenever this side has lost records.',
});
