import { bytes, defineLayout, u32, u64 } from '../../../bytes/layout.js';

/** Source: lib/cyrusdb_twoskip.c, cyrus-imapd 2.5.17 to 3.13. */
export const TWOSKIP_MAGIC = Buffer.from('a1028b0d74776f736b69702066696c6500000000', 'hex');

export const twoskipHeader = defineLayout(64, {
  magic: bytes(0, 20),
  version: u32(20),
  generation: u64(24),
  numRecords: u64(32),
  repackSize: u64(40),
  currentSize: u64(48),
  flags: u32(56),
  headerCrc: u32(60),
});

export const DIRTY = 1;
export const DUMMY_AT = 64;
export const DUMMY_SIZE = 272;
export const MAX_LEVEL = 31;
/** A filler is told from a record by its first byte. Source: cyrusdb_twoskip.c since 3.1. */
export const BLANK = Buffer.from('20424c414e4b07a0', 'hex');

export const TYPE = { dummy: 0x3d, record: 0x2b, delete: 0x2d, commit: 0x24 } as const;
