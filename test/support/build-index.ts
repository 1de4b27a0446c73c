import { crc32 } from 'node:zlib';
import type { Field, Layout } from '../../src/bytes/layout.js';
import type { IndexVersion } from '../../src/formats/index/versions/index-version.js';
import type { RecordBlock } from '../../src/formats/index/scan-records.js';

/** A real mailbox with one message, written by Cyrus 3.6.1. Source: index.md section 11. */
export const VECTOR_V17 = Buffer.from(
  `000000000000000000000011000000a000000070000000016b00f52800000001
   000000000000016a000000006b00f51a00000000000000000000000000000001
   0000000000000000000000060000000000000000000000010000000000000000
   23615644c17c89670000000000000000000000000000000021c8a50a00000001
   00000000000000016b00f5190000000000000000000000000000000068e97050
   000000016b00f52868bccb000000016a0000009b68bd57a3000000046b00f528
   00000000000000000000000000000000000000006b00f5280000000b2470e5af
   e9627ef620a68fb5a1e49e44131925170000000000000004b5833c4ee20b75e4
   0000000000000004f96dff651d1be0e3`.replace(/\s/g, ''),
  'hex',
);

export type FieldValues = Readonly<Record<string, number | bigint | Buffer | readonly number[]>>;

/**
 * Bytes of a header or a record by its table, with a good checksum where there is one; fields not named are 0. A number
 * for a time is whole seconds in every version; a bigint is what the field holds.
 */
export function encode(layout: Layout, values: FieldValues): Buffer {
  const bytes = Buffer.alloc(layout.size);
  encodeInto(bytes, 0, layout, values);
  return bytes;
}

/** The same at a place in `bytes` that holds zeros. */
export function encodeInto(bytes: Buffer, base: number, layout: Layout, values: FieldValues): void {
  for (const [name, field] of fieldsOf(layout)) {
    const value = values[name];
    if (value === undefined) continue;
    const at = base + field.at;
    if (Buffer.isBuffer(value)) value.copy(bytes, at, 0, field.length);
    else if (typeof value === 'object') for (const [i, word] of value.entries()) bytes.writeUInt32BE(word, at + 4 * i);
    else if (field.kind === 'timeNs' && typeof value === 'number')
      bytes.writeBigUInt64BE(BigInt(value) * 1_000_000_000n, at);
    else if (field.length === 8) writeU64(bytes, value, at);
    else bytes.writeUInt32BE(Number(value), at);
  }
  const crcAt = Math.max(layout.offsetOf('headerCrc'), layout.offsetOf('recordCrc'));
  if (crcAt >= 0) bytes.writeUInt32BE(crc32(bytes.subarray(base, base + crcAt)), base + crcAt);
}

function writeU64(bytes: Buffer, value: number | bigint, at: number): void {
  if (typeof value === 'bigint') {
    bytes.writeBigUInt64BE(value, at);
    return;
  }
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value % 2 ** 32, at + 4);
}

const knownFields = new WeakMap<Layout, readonly (readonly [name: string, field: Field])[]>();

/** Listed once: millions of records are encoded by one table. */
function fieldsOf(layout: Layout): readonly (readonly [name: string, field: Field])[] {
  const known = knownFields.get(layout) ?? Object.entries(layout.fields);
  knownFields.set(layout, known);
  return known;
}

/** Corrects the checksum in the last four bytes. */
export function reseal(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

/** A whole cyrus.index of one version. */
export function buildIndex(version: IndexVersion, header: FieldValues, records: readonly FieldValues[]): Buffer {
  const sizes = {
    minorVersion: version.minor,
    startOffset: version.header.size,
    recordSize: version.record.size,
    numRecords: records.length,
    uidvalidity: 1,
  };
  return Buffer.concat([
    encode(version.header, { ...sizes, ...header }),
    ...records.map((record) => encode(version.record, record)),
  ]);
}

/** The records of such an index as one block. */
export function blockOf(index: Buffer, version: IndexVersion): RecordBlock {
  const bytes = index.subarray(version.header.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, count: Math.floor(bytes.length / version.record.size), fileOffset: version.header.size };
}
