import { defineLayout, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordWithSavedate } from './shared.js';

/** Development only. Source: imap/mailbox.h between cyrus-imapd 3.1.4 and 3.1.5. */
export const v15: IndexVersion = {
  minor: 15,
  writtenBy: 'development before 3.1.5',
  header: defineLayout(160, { ...headerBase, ...headerV12, ...headerV13, unseen: u32(124), headerCrc: u32(156) }, [
    [128, 28],
  ]),
  record: defineLayout(104, { ...recordWithSavedate, cid: u64(88), cacheCrc: u32(96), recordCrc: u32(100) }),
};
