import { defineFaultFinding } from '../define.js';

export const undefinedSystemFlag = defineFaultFinding({
  code: 'undefined-system-flag',
  class: 'admin',
  since: '0.1.0',
  faults: ['record-undefined-system-flag'],
  effects: ['unseen'],
  title: 'A record has a flag bit that Cyrus does not define',
  why: 'The record has a valid checksum and a bit that no release writes: the value was damaged in memory before it was written. This is evidence of failing hardware; with a second, independent sign the side is not to be trusted at all. The same bit in more than 16 records or 8 mailboxes of a side is rather a flag of a newer release.',
  replication: 'The bit is neither compared nor sent: the sides differ for ever.',
  remedy:
    'Test the memory of this machine before trusting anything on it. Then rewrite the flags of this message (IMAP UID STORE) and audit again.',
});
