import { defineFaultFinding } from '../define.js';

export const flagNameTwice = defineFaultFinding({
  code: 'flag-name-twice',
  class: 'admin',
  since: '0.1.0',
  faults: ['header-flag-twice'],
  title: 'One flag name stands in two places of cyrus.header',
  why: 'User flags are numbered by their place, and names do not differ by case. A flag that was set under the second number is seen by nobody who looks for the first.',
  replication:
    'Flags travel by name, so that both numbers become one on the other side; the checksums of the two sides can then differ for ever.',
  remedy:
    'With replication stopped remove the flag from all messages in an IMAP client and set it again, then run reconstruct MAILBOX on this side and audit again.',
});
