import type { InspectFormat, InspectItem } from '../generated/inspect.js';
import type { FormatFault } from '../model/fault.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * One thing a file holds: a header, a record, a row, a line, or a fault. The fields of each type are those of
 * schemas/inspect.schema.json. `formatVersion` and `writtenBy` are set where they differ from those of the file.
 */
export interface Item {
  readonly type: InspectItem['type'];
  readonly [field: string]: Json;
}

/** What a file is. */
export interface About {
  readonly format: InspectFormat;
  /** Of a database: its storage format. */
  readonly backend?: string;
  /** As the file itself has it. */
  readonly formatVersion?: string;
  /** Releases of Cyrus that write this version. */
  readonly writtenBy?: string;
}

/** A decoded file. Items are made while they are taken: a file of any size can be printed. */
export interface Inspection {
  readonly about: About;
  readonly items: Iterable<Item>;
}

export function faultItem({ code, offset, uid, expected, actual }: FormatFault): Item {
  return {
    type: 'fault',
    code,
    ...(offset === undefined ? {} : { offset }),
    ...(uid === undefined ? {} : { uid }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** A format that is known and has no decoder here: it must not look like a file without content. */
export function notDecoded(about: About, reason: string): Inspection {
  return { about, items: [{ type: 'not-decoded', reason }] };
}

/** Fields of 64 bits on disk: decimal strings, as in reports. */
const WIDE = /modseq$|^quota\w*Used$|^(used|limit)$/;
/** Fields that Cyrus prints in hexadecimal. */
const IDS = /^(cids?|basecid)$/;

/** A decoded value as JSON: 64-bit numbers and bytes as text, what is not set left out. */
export function toJson(value: unknown, name = ''): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return IDS.test(name) ? value.toString(16).padStart(16, '0') : String(value);
  if (typeof value === 'number') return WIDE.test(name) ? String(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Buffer.isBuffer(value)) return bytesToText(value);
  if (Array.isArray(value)) return value.map((element) => toJson(element, name));
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  // What a wide field holds by resource is as wide.
  return Object.fromEntries(entries.map(([key, inner]) => [key, toJson(inner, WIDE.test(name) ? name : key)]));
}

/** The fields of a decoded value, to be spread into an item. */
export function fieldsOf(value: object): Record<string, Json> {
  return toJson(value) as Record<string, Json>;
}

/** Bytes as text where they are text, else in hexadecimal. */
export function bytesToText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : `0x${bytes.toString('hex')}`;
}
