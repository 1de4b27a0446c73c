import { defineFaultFinding } from '../define.js';

export const undefinedOption = defineFaultFinding({
  code: 'undefined-option',
  class: 'admin',
  since: '0.1.0',
  faults: ['index-undefined-option'],
  effects: ['unseen'],
  title: 'The index header has an option bit that Cyrus does not define',
  why: 'Every writer masks the options, so the value was damaged. This is evidence of failing hardware, unless the same bit is set in more than 8 mailboxes: then a newer release wrote it.',
  replication: 'The bit is neither compared nor sent.',
  remedy: 'Test the memory of this machine, then run reconstruct MAILBOX on this side.',
});
