import { bytes, defineLayout, time32, u32 } from '../../../bytes/layout.js';

/** Source: lib/cyrusdb_skiplist.c, cyrus-imapd 2.3.19 to 3.13. */
export const SKIPLIST_MAGIC = Buffer.from('a1028b0d736b69706c6973742066696c65000000', 'hex');

export const skiplistHeader = defineLayout(48, {
  magic: bytes(0, 20),
  version: u32(20),
  versionMinor: u32(24),
  maxLevel: u32(28),
  currentLevel: u32(32),
  /** Live keys at the last checkpoint; stale after that and no invariant. */
  listSize: u32(36),
  logStart: u32(40),
  lastRecovery: time32(44),
});

export const TYPE = { inorder: 1, add: 2, delete: 4, commit: 255, dummy: 257 } as const;
export const MAX_LEVEL = 20;
/** Ends the pointers of a record. */
export const END_OF_POINTERS = 0xffffffff;
