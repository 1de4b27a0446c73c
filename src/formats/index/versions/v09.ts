import { bytes, defineLayout, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordBeforeGuid } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 2.3.7. */
export const v09: IndexVersion = {
  minor: 9,
  writtenBy: '2.3.7 to 2.3.9',
  header: defineLayout(96, { ...headerBase, highestmodseq: u64(68) }, [[76, 20]]),
  record: defineLayout(80, { ...recordBeforeGuid, uuid: bytes(60, 12), modseq: u64(72) }),
  modseqMayBeShifted: true,
};
