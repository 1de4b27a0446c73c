import { defineLayout, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordWithContentLines } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 3.1.4. */
export const v14: IndexVersion = {
  minor: 14,
  writtenBy: '3.1.4',
  header: defineLayout(160, { ...headerBase, ...headerV12, ...headerV13, unseen: u32(124), headerCrc: u32(156) }, [
    [128, 28],
  ]),
  record: defineLayout(104, { ...recordWithContentLines, cid: u64(88), cacheCrc: u32(96), recordCrc: u32(100) }),
};
