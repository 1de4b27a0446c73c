import { defineLayout, u32 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, recordWithContentLines } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 2.4.20. */
export const v12: IndexVersion = {
  minor: 12,
  writtenBy: '2.4',
  header: defineLayout(128, { ...headerBase, ...headerV12, headerCrc: u32(124) }, [[112, 12]]),
  record: defineLayout(96, { ...recordWithContentLines, cacheCrc: u32(88), recordCrc: u32(92) }),
};
