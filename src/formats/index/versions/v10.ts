import { bytes, defineLayout, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordBeforeGuid } from './shared.js';

/** The first version with a GUID; no checksum yet. Source: imap/mailbox.h of cyrus-imapd 2.3.19. */
export const v10: IndexVersion = {
  minor: 10,
  writtenBy: '2.3.10 to 2.3.20',
  header: defineLayout(96, { ...headerBase, highestmodseq: u64(68) }, [[76, 20]]),
  record: defineLayout(88, { ...recordBeforeGuid, guid: bytes(60, 20), modseq: u64(80) }),
};
