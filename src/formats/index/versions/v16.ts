import { defineLayout, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordV16 } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 3.2.12. */
export const v16: IndexVersion = {
  minor: 16,
  writtenBy: '3.1.5 to 3.2',
  header: defineLayout(
    160,
    { ...headerBase, ...headerV12, ...headerV13, unseen: u32(124), createdmodseq: u64(128), headerCrc: u32(156) },
    [[136, 20]],
  ),
  record: defineLayout(112, recordV16),
};
