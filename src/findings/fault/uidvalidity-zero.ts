import { defineFaultFinding } from '../define.js';

export const uidvalidityZero = defineFaultFinding({
  code: 'uidvalidity-zero',
  class: 'admin',
  since: '0.1.0',
  faults: ['index-uidvalidity-zero'],
  title: 'The mailbox has no uidvalidity',
  why: 'uidvalidity must not be zero.',
  replication: "A zero is replaced by the other side's value.",
  remedy: 'Run reconstruct MAILBOX on this side and audit again.',
});
