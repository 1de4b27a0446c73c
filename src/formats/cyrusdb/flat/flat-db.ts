import type { ByteSource } from '../../../bytes/byte-source.js';
import type { FormatFault } from '../../../model/fault.js';
import { MAX_ROW_BYTES, visitRows, type CyrusDb, type CyrusDbRow, type RowVisitor } from '../cyrusdb.js';
import { scanFlat, unescape } from './scan-flat.js';

const TAB = 0x09;
const LF = 0x0a;
/** Bytes that are read to find the end of a key or of a line; most rows are shorter. */
const GUESS = 512;

/** Scans the whole file once. Memory: 8 bytes per row; all keys while they are sorted, when they are not in raw order. */
export function openFlat(source: ByteSource, file: string): FlatDb {
  const faults: FormatFault[] = [];
  let offsets = new Float64Array(64);
  let count = 0;
  let previous: Buffer | undefined;
  let isRaw = true;
  for (const { offset, key } of scanFlat(source, file, faults)) {
    if (count === offsets.length) {
      const grown = new Float64Array(count * 2);
      grown.set(offsets);
      offsets = grown;
    }
    offsets[count++] = offset;
    if (previous !== undefined && previous.compare(key) >= 0) isRaw = false;
    previous = key;
  }
  const inFile = offsets.subarray(0, count);
  return new FlatDb(source, isRaw ? inFile : inRawOrder(source, file, inFile), faults);
}

/** Of equal keys the first in the file wins. */
function inRawOrder(source: ByteSource, file: string, offsets: Float64Array): Float64Array {
  const db = new FlatDb(source, offsets, []);
  // Latin-1 text compares by code unit exactly as its bytes do, and takes one byte for each.
  const keys = Array.from(offsets, (_, i) => db.keyAt(i).toString('latin1'));
  const order = Uint32Array.from(offsets, (_, i) => i).sort((a, b) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const unique = order.filter((index, i) => i === 0 || keys[index] !== keys[order[i - 1]!]);
  return Float64Array.from(unique, (index) => offsets[index]!);
}

/** A flat database of any size; its rows come in raw order whatever order the file has. */
export class FlatDb implements CyrusDb {
  readonly format = 'flat';

  constructor(
    private readonly source: ByteSource,
    /** Of the lines, in raw order of their keys. */
    private readonly offsets: Float64Array,
    readonly faults: readonly FormatFault[],
  ) {}

  get count(): number {
    return this.offsets.length;
  }

  *rows(from?: Buffer): Generator<CyrusDbRow> {
    for (let i = from === undefined ? 0 : this.search(from); i < this.offsets.length; i++) yield this.row(i);
  }

  get(key: Buffer): Buffer | undefined {
    const i = this.search(key);
    if (i >= this.offsets.length) return undefined;
    const row = this.row(i);
    return row.key.equals(key) ? row.value : undefined;
  }

  verify(visit?: RowVisitor): readonly FormatFault[] {
    visitRows(this, visit);
    return this.faults;
  }

  keyAt(index: number): Buffer {
    return unescape(this.readUntil(TAB, this.offsets[index]!)).bytes;
  }

  private row(index: number): CyrusDbRow {
    // A copy: what a source returns may be overwritten by its next read.
    const line = Buffer.from(this.readUntil(LF, this.offsets[index]!));
    const tab = line.indexOf(TAB);
    return { key: unescape(line.subarray(0, tab)).bytes, value: unescape(line.subarray(tab + 1)).bytes };
  }

  /** The bytes before the next `end`, which was there when the file was scanned. */
  private readUntil(end: number, offset: number): Buffer {
    for (let length = GUESS; ; length = Math.min(length * 8, MAX_ROW_BYTES + 1)) {
      const bytes = this.source.read(offset, length);
      const at = bytes.indexOf(end);
      if (at >= 0) return bytes.subarray(0, at);
      if (bytes.length < length || length > MAX_ROW_BYTES) return bytes;
    }
  }

  private search(key: Buffer): number {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyAt(middle).compare(key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
