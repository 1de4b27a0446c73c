import { defineLayout, time32, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, headerV12, headerV13, recordV16 } from './shared.js';

/** Source: imap/mailbox.h of cyrus-imapd 3.6.7. */
export const v17: IndexVersion = {
  minor: 17,
  writtenBy: '3.4 to 3.8',
  header: defineLayout(
    160,
    {
      ...headerBase,
      ...headerV12,
      ...headerV13,
      unseen: u32(124),
      createdmodseq: u64(128),
      changesEpoch: time32(136),
      headerCrc: u32(156),
    },
    [[140, 16]],
  ),
  record: defineLayout(112, recordV16),
};
