import { crc32 } from 'node:zlib';

/** One node of SECTION: its parts, number 0 first, and the nodes of the others. A leaf has no parts. */
export interface SectionNode {
  readonly parts: readonly SectionPartValues[];
  /** One for each part but the first. */
  readonly children: readonly SectionNode[];
}

export interface SectionPartValues {
  readonly headerOffset: number;
  /** -1 = none. */
  readonly headerSize: number;
  readonly contentOffset: number;
  readonly contentSize: number;
  readonly encoding: number;
  /** From version 4 a name, before it a number; undefined = none. */
  readonly charset?: string;
  readonly charsetNumber?: number;
  readonly guid?: Buffer;
  readonly decodedSize?: number;
  readonly contentLines?: number;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** As mailbox-files.md section 3 words it, and with nothing of the reader. */
export function encodeSection({ parts, children }: SectionNode, cacheVersion: number): Buffer {
  const entries = parts.map((part) => {
    const length = part.charset === undefined ? 0 : (Math.floor(part.charset.length / 4) + 1) * 4;
    const name = Buffer.alloc(length);
    name.write(part.charset ?? '', 'latin1');
    const high = cacheVersion < 4 ? (part.charsetNumber ?? 0xffff) : length;
    return Buffer.concat([
      u32(part.headerOffset),
      u32(part.headerSize),
      u32(part.contentOffset),
      u32(part.contentSize),
      u32(high * 0x10000 + part.encoding),
      ...(cacheVersion >= 4 ? [name] : []),
      ...(cacheVersion >= 5 ? [part.guid ?? Buffer.alloc(20)] : []),
      ...(cacheVersion >= 8 ? [u32(part.decodedSize ?? 0)] : []),
      ...(cacheVersion >= 9 ? [u32(part.contentLines ?? 0)] : []),
    ]);
  });
  return Buffer.concat([u32(parts.length), ...entries, ...children.map((child) => encodeSection(child, cacheVersion))]);
}

const text = { headerOffset: 0, headerSize: 40, contentOffset: 40, contentSize: 10, encoding: 0 };
/** A message with one part of text. */
export const PLAIN_SECTION: SectionNode = {
  parts: [
    { ...text, encoding: 0xffff },
    { ...text, charset: 'us-ascii', charsetNumber: 0 },
  ],
  children: [{ parts: [], children: [] }],
};

export interface CacheItems {
  readonly envelope?: string;
  readonly bodystructure?: string;
  readonly body?: string;
  readonly section?: Buffer;
  readonly headers?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly bcc?: string;
  readonly subject?: string;
}

/** One record; text is Latin-1. Items that are not given are those of a small message of the cache version. */
export function encodeCacheRecord(items: CacheItems = {}, cacheVersion = 11): Buffer {
  const {
    envelope = '(NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL)',
    bodystructure = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1 NIL NIL NIL NIL)',
    body = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 10 1)',
    section = encodeSection(PLAIN_SECTION, cacheVersion),
    headers = 'Subject: s\r\n',
    from = '<a@example.org>',
    to = '',
    cc = '',
    bcc = '',
    subject = '"S"',
  } = items;
  return Buffer.concat(
    [envelope, bodystructure, body, section, headers, from, to, cc, bcc, subject].flatMap((item) => {
      const bytes = typeof item === 'string' ? Buffer.from(item, 'latin1') : item;
      return [u32(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)];
    }),
  );
}

export interface EncodedCache {
  readonly bytes: Buffer;
  /** For the index: where each record lies, and its checksum. */
  readonly records: readonly { readonly cacheOffset: number; readonly cacheCrc: number }[];
}

export function encodeCache(records: readonly Buffer[], generation = 0): EncodedCache {
  let at = 4;
  const places = records.map((record) => {
    const place = { cacheOffset: at, cacheCrc: crc32(record) };
    at += record.length;
    return place;
  });
  return { bytes: Buffer.concat([u32(generation), ...records]), records: places };
}
