import { bytes, defineLayout, u16le, u32le, u64le, u8 } from '../../../bytes/layout.js';

/** Source: lib/twom.c and lib/twom.h, cyrus-imapd 3.13 (August 2026); cyrusdb.md section 7. Little-endian. */
export const TWOM_MAGIC = Buffer.from('a1028b0d74776f6d66696c6500000000', 'hex');

export const twomHeader = defineLayout(96, {
  magic: bytes(0, 16),
  /** Kept across repacks. */
  uuid: bytes(16, 16),
  version: u32le(32),
  flags: u32le(36),
  generation: u64le(40),
  numRecords: u64le(48),
  /** Commits since the file was made or repacked. */
  numCommits: u64le(56),
  /** Bytes in superseded records and tombstones. */
  dirtySize: u64le(64),
  repackSize: u64le(72),
  /** End of the committed data; the file is longer, as it grows in steps. */
  currentSize: u64le(80),
  maxLevel: u32le(88),
  headerSum: u32le(92),
});

export const FLAG = {
  dirty: 1,
  /** All checksums are 0. */
  noChecksums: 0x08000000,
  /** XXH3, whatever its name. */
  xxh64: 0x10000000,
  externalChecksum: 0x20000000,
  externalCompare: 0x40000000,
} as const;

export const skinnyHead = defineLayout(8, { type: u8(0), level: u8(1), keyLength: u16le(2), valueLength: u32le(4) });

/** Of keys above 65535 bytes and values above 4 GiB. */
export const fatHead = defineLayout(24, { type: u8(0), level: u8(1), keyLength: u64le(8), valueLength: u64le(16) }, [
  [2, 6],
]);

/** What a record of each type has: `pointersAt` its links, `ancestorAt` the record that it supersedes. */
interface RecordShape {
  readonly name: 'dummy' | 'add' | 'replace' | 'delete' | 'commit';
  readonly isFat: boolean;
  readonly pointersAt: number;
  readonly ancestorAt?: number;
  readonly hasTail: boolean;
}

export const SHAPES: Readonly<Partial<Record<number, RecordShape>>> = {
  1: { name: 'dummy', isFat: false, pointersAt: 8, hasTail: false },
  2: { name: 'add', isFat: false, pointersAt: 8, hasTail: true },
  3: { name: 'add', isFat: true, pointersAt: 24, hasTail: true },
  4: { name: 'replace', isFat: false, pointersAt: 16, ancestorAt: 8, hasTail: true },
  5: { name: 'replace', isFat: true, pointersAt: 32, ancestorAt: 24, hasTail: true },
  6: { name: 'delete', isFat: false, pointersAt: 8, ancestorAt: 8, hasTail: false },
  7: { name: 'commit', isFat: false, pointersAt: 8, hasTail: false },
};

export const DUMMY_AT = 96;
/** End of the dummy record, where the first transaction begins. */
export const FIRST_AT = 0x170;
export const MAX_LEVEL = 31;
