import { defineFaultFinding } from '../define.js';

export const flagNameOneBitOff = defineFaultFinding({
  code: 'flag-name-one-bit-off',
  class: 'admin',
  since: '0.1.0',
  faults: ['header-flag-name'],
  title: 'A flag name differs from a known one by a flipped bit',
  why: 'cyrus.header names a user flag that nobody chooses and that a known flag becomes when a bit of it flips. Memory or disk changed it. This is evidence of failing hardware, on this side or on the one that the name was copied from: COPY and replication carry names along. The same name in more than 8 mailboxes of a side is taken for a keyword of some program.',
  replication:
    'A name that begins with a backslash is refused by the other side, which logs "Unknown system flag": the sides differ for ever. Any other name is copied as it is.',
  remedy:
    'Test the memory and the disk of this machine before trusting anything on it (memtest86+, smartctl -t long, dmesg). Then set the right flag on the messages that have the wrong one, take the wrong one off, and audit again.',
});
