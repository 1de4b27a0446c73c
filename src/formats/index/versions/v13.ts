import { defineLayout, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordWithContentLines } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 2.5.17 and 3.0.18. */
export const v13: IndexVersion = {
  minor: 13,
  writtenBy: '2.5, 3.0',
  header: defineLayout(128, { ...headerBase, ...headerV12, ...headerV13, headerCrc: u32(124) }),
  record: defineLayout(104, { ...recordWithContentLines, cid: u64(88), cacheCrc: u32(96), recordCrc: u32(100) }),
};
