import { defineLayout, time32, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordV16 } from './shared.js';

/** Development only. Source: imap/mailbox.h between cyrus-imapd 3.9 and 3.10. */
export const v18: IndexVersion = {
  minor: 18,
  writtenBy: 'development before 3.10',
  header: defineLayout(160, {
    ...headerBase,
    ...headerV12,
    ...headerV13,
    unseen: u32(124),
    createdmodseq: u64(128),
    changesEpoch: time32(136),
    quotaDeletedUsed: u64(140),
    quotaExpungedUsed: u64(148),
    headerCrc: u32(156),
  }),
  record: defineLayout(112, recordV16),
};
