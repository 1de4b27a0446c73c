import { defineLayout, time32, u32, u64 } from '../../../bytes/layout.js';
import type { IndexVersion } from './index-version.js';
import { headerBase, recordV16 } from './shared.js';

const { options: _options, leakedCacheRecords: _leaked, ...base } = headerBase;

/** Everything behind `flagged` moved in this version. Source: imap/mailbox.h of cyrus-imapd 3.10.3. */
export const v19: IndexVersion = {
  minor: 19,
  writtenBy: '3.10 to 3.12',
  header: defineLayout(160, {
    ...base,
    exists: u32(60),
    options: u32(64),
    leakedCacheRecords: u32(68),
    highestmodseq: u64(72),
    deletedmodseq: u64(80),
    firstExpunged: time32(88),
    lastRepackTime: time32(92),
    headerFileCrc: u32(96),
    syncCrcBasic: u32(100),
    recentuid: u32(104),
    recenttime: time32(108),
    pop3ShowAfter: time32(112),
    quotaAnnotUsed: u32(116),
    syncCrcAnnot: u32(120),
    unseen: u32(124),
    createdmodseq: u64(128),
    quotaDeletedUsed: u64(136),
    quotaExpungedUsed: u64(144),
    changesEpoch: time32(152),
    headerCrc: u32(156),
  }),
  record: defineLayout(112, recordV16),
};

/**
 * A version 19 whose slots are 144 bytes: the record of version 19 and 32 bytes that nobody reads. The writer of the time
 * reserved the room before it was used. Source: imap/index_file.c of cyrus-imapd 3.13.7; index.md 4.1.
 */
export const v19Wide: IndexVersion = {
  ...v19,
  writtenBy: '3.13 before its release',
  record: defineLayout(144, recordV16, [[112, 32]]),
};
