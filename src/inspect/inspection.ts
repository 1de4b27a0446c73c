import type { FormatFault } from '../model/fault.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One thing a file holds: a header, a record, a row, a line, or a fault. */
export interface Item {
  readonly type: string;
  readonly [field: string]: Json;
}

/** A decoded file. Items are made while they are taken: a file of any size can be printed. */
export interface Inspection {
  readonly kind: string;
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

/** Fields of 64 bits on disk: decimal strings, as in reports. */
const WIDE = /modseq$|^quota\w*Used$/;

/** A decoded value as JSON: 64-bit numbers and bytes as text, what is not set left out. */
export function toJson(value: unknown, name = ''): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return name === 'cid' ? value.toString(16).padStart(16, '0') : String(value);
  if (typeof value === 'number') return WIDE.test(name) ? String(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Buffer.isBuffer(value)) return bytesToText(value);
  if (Array.isArray(value)) return value.map((element) => toJson(element, name));
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, toJson(inner, key)]));
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
