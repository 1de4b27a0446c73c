import { readNumber } from '../../bytes/layout.js';
import { sectionPart, type SectionVersion } from './layout.js';

/** Length of the part at `at` with the name of its charset, or -1 when it does not end before `end`. */
function partLength(bytes: Buffer, at: number, end: number, version: SectionVersion): number {
  if (at + sectionPart.size > end) return -1;
  const nameLength = version.charsetIsNamed ? bytes.readUInt16BE(at + CHARSET) : 0;
  const length = sectionPart.size + nameLength + version.tail.size;
  return at + length > end ? -1 : length;
}

const CHARSET = sectionPart.offsetOf('charset');

/**
 * Follows the tables of parts in a SECTION, depth first: a table is a count n, then n parts; the tables of parts 1 to
 * n - 1 come after it, each with its own. A count is enough to follow them, however deep they are nested.
 * @returns -1 when the tables end exactly at `end`, else where they do not fit
 */
export function findSectionFault(bytes: Buffer, from: number, end: number, version: SectionVersion): number {
  let at = from;
  for (let tables = 1; tables > 0; tables--) {
    if (at + 4 > end) return at;
    const parts = bytes.readUInt32BE(at);
    // The message itself is never a leaf: it has at least its header and one part.
    if (parts > (end - at) / sectionPart.size || (at === from && parts < 2)) return at;
    at += 4;
    for (let part = 0; part < parts; part++) {
      const length = partLength(bytes, at, end, version);
      if (length < 0) return at;
      at += length;
    }
    if (parts > 1) tables += parts - 1;
  }
  return at === end ? -1 : at;
}

/** One part of a message as SECTION has it. */
export interface SectionPart {
  /** `1.2` is the second part of the first; 0 stands for the header of what it is in, and its text. */
  readonly part: string;
  readonly headerOffset: number;
  /** Missing where the cache says that there is none. */
  readonly headerSize?: number;
  readonly contentOffset: number;
  readonly contentSize?: number;
  readonly encoding: string;
  /** Name, or before version 4 the number that the release had for it. */
  readonly charset?: string;
  /** SHA-1 of the decoded content. */
  readonly contentGuid?: string;
  readonly decodedSize?: number;
  readonly contentLines?: number;
}

/** What stands for none in a size and in a charset number. Source: message_write_section, imap/message.c. */
const NO_SIZE = 0xffffffff;
const NO_CHARSET = 0xffff;
/** Source: ENCODING_*, lib/charset.h 3.6.7, 3.13. */
const ENCODINGS = ['none', 'quoted-printable', 'base64', 'base64url', 'base64jmapid'];

/**
 * The first parts in a SECTION that `findSectionFault` found sound, in the order in which they are stored.
 * @param limit parts that are listed; nothing behind them is looked at
 */
export function listSectionParts(
  bytes: Buffer,
  from: number,
  end: number,
  version: SectionVersion,
  limit: number,
): SectionPart[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: SectionPart[] = [];
  /** Prefixes of the tables to come, the next one last. */
  const tables = [''];
  for (let at = from; tables.length > 0;) {
    const prefix = tables.pop()!;
    const parts = bytes.readUInt32BE(at);
    at += 4;
    const listed = Math.min(parts, limit - found.length);
    for (let part = 0; part < listed; part++) {
      found.push(decodePart(bytes, view, at, `${prefix}${String(part)}`, version));
      at += partLength(bytes, at, end, version);
    }
    if (found.length === limit) break;
    for (let part = parts - 1; part > 0; part--) tables.push(`${prefix}${String(part)}.`);
  }
  return found;
}

function decodePart(bytes: Buffer, view: DataView, base: number, part: string, version: SectionVersion): SectionPart {
  const get = (name: keyof typeof sectionPart.fields): number => readNumber(view, base, sectionPart.fields[name]);
  const size = (name: 'headerSize' | 'contentSize'): object => (get(name) === NO_SIZE ? {} : { [name]: get(name) });
  const charset = get('charset');
  const nameAt = base + sectionPart.size;
  const tailAt = nameAt + (version.charsetIsNamed ? charset : 0);
  let nameEnd = nameAt;
  while (nameEnd < tailAt && bytes[nameEnd] !== 0) nameEnd++;
  const number = version.charsetIsNamed || charset === NO_CHARSET ? '' : String(charset);
  const name = number + bytes.toString('latin1', nameAt, nameEnd);
  const tail = Object.entries(version.tail.fields).map(([field, { kind, at, length }]) => [
    field,
    kind === 'bytes' ? bytes.toString('hex', tailAt + at, tailAt + at + length) : view.getUint32(tailAt + at),
  ]);
  return {
    part,
    headerOffset: get('headerOffset'),
    ...size('headerSize'),
    contentOffset: get('contentOffset'),
    ...size('contentSize'),
    encoding: ENCODINGS[get('encoding')] ?? 'unknown',
    ...(name === '' ? {} : { charset: name }),
    ...(Object.fromEntries(tail) as object),
  };
}
