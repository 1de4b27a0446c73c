import { defineFaultFinding } from '../define.js';

export const deletedmodseqAboveHighestmodseq = defineFaultFinding({
  code: 'deletedmodseq-above-highestmodseq',
  class: 'admin',
  since: '0.1.0',
  faults: ['index-deletedmodseq'],
  title: 'The mailbox claims to have forgotten changes that lie in its future',
  why: 'deletedmodseq is the last modseq of the records that were cleaned out, and cannot be above the highest modseq. Up to it a missing record counts as expunged.',
  replication:
    'Messages that only one side has are taken for expunged up to that modseq: on the master it makes replication throw away what the replica alone has.',
  remedy:
    'With replication stopped run reconstruct MAILBOX on this side, then audit again. When the value stays, raise the highest modseq above it by changing a flag, and audit again.',
});
