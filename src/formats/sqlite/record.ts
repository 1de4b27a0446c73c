/** Source: https://www.sqlite.org/fileformat2.html, sections 1.6 (varint) and 2.1 (record format). */

/** A variable-length integer, and where it ends; undefined when the bytes end before it. Exact below 2^53. */
export function readVarint(buf: Buffer, at: number, end: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    if (at + i >= end) return undefined;
    const byte = buf[at + i]!;
    if (i === 8) return { value: value * 256 + byte, end: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

/** Lengths of the values whose type is below 12. 10 and 11 are in no file. */
const FIXED = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

/** One value of a record. */
export interface SqliteColumn {
  readonly type: number;
  /** undefined = it lies behind the bytes that were given. */
  readonly bytes: Buffer | undefined;
}

/** The first `count` columns of a record of which the beginning is given; undefined when it cannot be taken apart. */
export function readColumns(record: Buffer, length: number, count: number): SqliteColumn[] | undefined {
  const head = readVarint(record, 0, record.length);
  if (head === undefined || head.value > length || head.value > record.length) return undefined;
  const columns: SqliteColumn[] = [];
  let valueAt = head.value;
  for (let at = head.end; at < head.value && columns.length < count;) {
    const type = readVarint(record, at, head.value);
    if (type === undefined) return undefined;
    at = type.end;
    const size = type.value < 12 ? FIXED[type.value] : Math.floor((type.value - 12) / 2);
    if (size === undefined || valueAt + size > length) return undefined;
    const isGiven = valueAt + size <= record.length;
    columns.push({ type: type.value, bytes: isGiven ? record.subarray(valueAt, valueAt + size) : undefined });
    valueAt += size;
  }
  return columns;
}

export const isNull = ({ type }: SqliteColumn): boolean => type === 0;

/** The number in a column; undefined when it holds something else. */
export function integerOf({ type, bytes }: SqliteColumn): number | undefined {
  if (type === 8 || type === 9) return type - 8;
  if (type < 1 || type > 6 || bytes === undefined) return undefined;
  return type === 6 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}
