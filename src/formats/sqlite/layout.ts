import { bytes, defineLayout, u16, u32, u8 } from '../../bytes/layout.js';

/** Source: https://www.sqlite.org/fileformat2.html, section 1.3. */
export const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** The first bytes of page 1. Source: https://www.sqlite.org/fileformat2.html, section 1.3. Big-endian. */
export const sqliteHeader = defineLayout(
  100,
  {
    magic: bytes(0, 16),
    /** A power of two, or 1 for 65536. Unit: bytes. */
    pageSize: u16(16),
    writeVersion: u8(18),
    readVersion: u8(19),
    /** Bytes at the end of each page that are for extensions. */
    reserved: u8(20),
    /** Largest and smallest share of a page that one payload may take, and that of a leaf: 64, 32, 32. */
    fractions: bytes(21, 3),
    changeCounter: u32(24),
    /** Only true when `changeCounter` is `versionValidFor`: before 3.7.0 it was not kept. */
    pageCount: u32(28),
    freelistTrunk: u32(32),
    freelistCount: u32(36),
    schemaCookie: u32(40),
    schemaFormat: u32(44),
    cacheSize: u32(48),
    largestRoot: u32(52),
    encoding: u32(56),
    userVersion: u32(60),
    incrementalVacuum: u32(64),
    applicationId: u32(68),
    versionValidFor: u32(92),
    libraryVersion: u32(96),
  },
  [[72, 20]],
);

export const SQLITE_FRACTIONS = Buffer.from([64, 32, 32]);
/** 1 = rollback journal, 2 = write-ahead log. */
export const MAX_READ_VERSION = 2;
export const MAX_SCHEMA_FORMAT = 4;
export const MIN_PAGE_SIZE = 512;
export const MIN_USABLE = 480;

/** How texts are stored, by the header's number, of which SQLite takes the last two bits; 0 in a database without tables. */
export const ENCODINGS = ['utf8', 'utf8', 'utf16le', 'utf16be'] as const;

/** What a b-tree page begins with. The right child is only in interior pages. Source: the same, section 1.6. */
export const btreePageHead = defineLayout(12, {
  type: u8(0),
  firstFreeblock: u16(1),
  cells: u16(3),
  /** Where the cells begin; 0 = 65536. */
  contentAt: u16(5),
  fragmentedBytes: u8(7),
  rightChild: u32(8),
});

/** Where the pointers to the cells begin. */
export const LEAF_HEAD = 8;
export const INTERIOR_HEAD = 12;

export type BtreeFamily = 'table' | 'index';

export interface BtreePageType {
  readonly family: BtreeFamily;
  readonly isLeaf: boolean;
}

export const BTREE_PAGE_TYPES: Readonly<Partial<Record<number, BtreePageType>>> = {
  2: { family: 'index', isLeaf: false },
  5: { family: 'table', isLeaf: false },
  10: { family: 'index', isLeaf: true },
  13: { family: 'table', isLeaf: true },
};

/** The smallest share of a page that a cell takes, its pointer included. Source: the same, section 1.6. */
export const MIN_CELL = 6;
/** A cell that is freed must have room for the head of a freeblock. */
export const FREEBLOCK_HEAD = 4;
/** Deeper trees SQLite takes for damage. Source: BTCURSOR_MAX_DEPTH, src/btreeInt.h 3.40.1. */
export const MAX_DEPTH = 20;
/** Source: https://www.sqlite.org/limits.html: the length of a row. */
export const MAX_PAYLOAD = 0x7fffffff;

/** Bytes of a payload that stay in the cell, at most and at least. Source: fileformat2.html, section 1.6. */
export function localPayload(length: number, usable: number, isTableLeaf: boolean): number {
  const most = isTableLeaf ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const kept = least + ((length - least) % (usable - 4));
  return kept <= most ? kept : least;
}
