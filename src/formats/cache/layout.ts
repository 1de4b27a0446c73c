import { bytes, defineLayout, u16, u32, type Layout } from '../../bytes/layout.js';

/** What comes before the first record. Source: cache_getfile, imap/mailbox.c 3.6.7. */
export const cacheHeader = defineLayout(4, {
  /** generation_no of the cyrus.index that the file belongs to. */
  generation: u32(0),
});

/** The items of a record in their order. Source: CACHE_ENVELOPE to CACHE_SUBJECT, imap/mailbox.h, all releases. */
export const CACHE_ITEMS = [
  'ENVELOPE',
  'BODYSTRUCTURE',
  'BODY',
  'SECTION',
  'HEADERS',
  'FROM',
  'TO',
  'CC',
  'BCC',
  'SUBJECT',
] as const;
export type CacheItem = (typeof CACHE_ITEMS)[number];

/** Each item: its length as u32, its bytes, zeros up to a multiple of this. Source: CACHE_ITEM_NEXT, imap/mailbox.h. */
export const CACHE_ALIGNMENT = 4;
/** Ten empty items. Unit: bytes. */
export const MIN_CACHE_RECORD = 4 * CACHE_ITEMS.length;
/**
 * No record is taken to be longer: its items are made from the header and the MIME structure of one message, and one to
 * 5,000 addresses makes 290 KiB. Unit: bytes.
 */
export const MAX_CACHE_RECORD = 64 * 1024 * 1024;
/** Newest cache version whose SECTION is known: 3.13. Source: MAILBOX_CACHE_MINOR_VERSION, imap/mailbox.h. */
export const NEWEST_CACHE_VERSION = 14;

/**
 * One part in a table of SECTION, up to the name of its charset.
 * Source: message_write_section, imap/message.c 2.3.19 to 3.13.
 */
export const sectionPart = defineLayout(20, {
  headerOffset: u32(0),
  headerSize: u32(4),
  contentOffset: u32(8),
  contentSize: u32(12),
  /** Its number, from version 4 the length of its name, which follows. */
  charset: u16(16),
  /** Transfer encoding. */
  encoding: u16(18),
});

/** How the parts in SECTION are written from one cache version on. */
export interface SectionVersion {
  readonly since: number;
  readonly charsetIsNamed: boolean;
  /** What follows the name of the charset. */
  readonly tail: Layout;
}

const guid = { contentGuid: bytes(0, 20) };
const withSize = { ...guid, decodedSize: u32(20) };

/** Newest first. Source: message_read_binarybody, imap/message.c 3.0.18, 3.6.7. */
export const SECTION_VERSIONS: readonly SectionVersion[] = [
  { since: 9, charsetIsNamed: true, tail: defineLayout(28, { ...withSize, contentLines: u32(24) }) },
  { since: 8, charsetIsNamed: true, tail: defineLayout(24, withSize) },
  { since: 5, charsetIsNamed: true, tail: defineLayout(20, guid) },
  { since: 4, charsetIsNamed: true, tail: defineLayout(0, {}) },
  { since: 0, charsetIsNamed: false, tail: defineLayout(0, {}) },
];

/** The table for a cache version; undefined for one that is not known yet. */
export function sectionVersion(cacheVersion: number): SectionVersion | undefined {
  if (cacheVersion > NEWEST_CACHE_VERSION) return undefined;
  return SECTION_VERSIONS.find(({ since }) => cacheVersion >= since);
}
