/**
 * Blocks that several versions have in common. Source: imap/mailbox.h (OFFSET_* constants) of cyrus-imapd 2.4.20,
 * 2.5.17, 3.0.18, 3.2.12, 3.6.7, 3.10.3.
 */
import { bytes, time32, u32, u32x4, u64 } from '../../../bytes/layout.js';

/** Header bytes 0..67 of versions 6-18. */
export const headerBase = {
  generationNo: u32(0),
  format: u32(4),
  minorVersion: u32(8),
  startOffset: u32(12),
  recordSize: u32(16),
  numRecords: u32(20),
  lastAppenddate: time32(24),
  lastUid: u32(28),
  quotaMailboxUsed: u64(32),
  pop3LastLogin: time32(40),
  uidvalidity: u32(44),
  deleted: u32(48),
  answered: u32(52),
  flagged: u32(56),
  options: u32(60),
  leakedCacheRecords: u32(64),
} as const;

/** Header bytes 68..111 of versions 12-18. */
export const headerV12 = {
  highestmodseq: u64(68),
  deletedmodseq: u64(76),
  exists: u32(84),
  firstExpunged: time32(88),
  lastRepackTime: time32(92),
  headerFileCrc: u32(96),
  syncCrcBasic: u32(100),
  recentuid: u32(104),
  recenttime: time32(108),
} as const;

/** Header bytes 112..123 of versions 13-18. */
export const headerV13 = {
  pop3ShowAfter: time32(112),
  quotaAnnotUsed: u32(116),
  syncCrcAnnot: u32(120),
} as const;

/** Record bytes 0..51 of versions 12-19. */
const recordHead = {
  uid: u32(0),
  internaldate: time32(4),
  sentdate: time32(8),
  size: u32(12),
  headerSize: u32(16),
  gmtime: time32(20),
  cacheOffset: u32(24),
  lastUpdated: time32(28),
  systemFlags: u32(32),
  userFlags: u32x4(36),
} as const;

/** Record bytes 0..59 of versions 6-10: byte 20 is not a time yet but the offset of the content. */
export const recordBeforeGuid = {
  uid: u32(0),
  internaldate: time32(4),
  sentdate: time32(8),
  size: u32(12),
  headerSize: u32(16),
  contentOffset: u32(20),
  cacheOffset: u32(24),
  lastUpdated: time32(28),
  systemFlags: u32(32),
  userFlags: u32x4(36),
  contentLines: u32(52),
  cacheVersion: u32(56),
} as const;

const recordTail = {
  cacheVersion: u32(56),
  guid: bytes(60, 20),
  modseq: u64(80),
} as const;

/** Record bytes 0..87 up to version 14: byte 52 counts lines. */
export const recordWithContentLines = { ...recordHead, contentLines: u32(52), ...recordTail } as const;

/** Record bytes 0..87 from version 15: byte 52 is the savedate. */
export const recordWithSavedate = { ...recordHead, savedate: time32(52), ...recordTail } as const;

/** The whole 112-byte record of versions 16-19. */
export const recordV16 = {
  ...recordWithSavedate,
  cid: u64(88),
  createdmodseq: u64(96),
  cacheCrc: u32(104),
  recordCrc: u32(108),
} as const;
