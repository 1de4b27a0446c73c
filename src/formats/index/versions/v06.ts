import { defineLayout } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordBeforeGuid } from './shared.js';

/** No modseq, no GUID, no checksum. Source: imap/mailbox.h of cyrus-imapd 2.2. */
export const v06: IndexVersion = {
  minor: 6,
  writtenBy: '2.2',
  header: defineLayout(76, headerBase, [[68, 8]]),
  record: defineLayout(60, recordBeforeGuid),
};
