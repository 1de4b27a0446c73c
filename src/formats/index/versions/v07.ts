import { bytes, defineLayout } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordBeforeGuid } from './shared.js';

/** With a message UUID that was never used. Source: imap/mailbox.h of cyrus-imapd 2.3.0. */
export const v07: IndexVersion = {
  minor: 7,
  writtenBy: '2.3.0 to 2.3.3',
  header: defineLayout(76, headerBase, [[68, 8]]),
  record: defineLayout(72, { ...recordBeforeGuid, uuid: bytes(60, 12) }),
};
