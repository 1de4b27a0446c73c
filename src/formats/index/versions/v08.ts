import { bytes, defineLayout, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordBeforeGuid } from './shared.js';

/** Development only. Source: imap/mailbox.h between cyrus-imapd 2.3.3 and 2.3.7. */
export const v08: IndexVersion = {
  minor: 8,
  writtenBy: 'development before 2.3.7',
  header: defineLayout(92, { ...headerBase, highestmodseq: u64(68) }, [[76, 16]]),
  record: defineLayout(80, { ...recordBeforeGuid, uuid: bytes(60, 12), modseq: u64(72) }),
  modseqMayBeShifted: true,
};
