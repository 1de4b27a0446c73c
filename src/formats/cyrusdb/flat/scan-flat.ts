import type { ByteSource } from '../../../bytes/byte-source.js';
import { readLines } from '../../../bytes/lines.js';
import type { FaultCode, FormatFault } from '../../../model/fault.js';
import { MAX_ROW_BYTES, type CyrusDbRow } from '../cyrusdb.js';
import { OrderTracker } from '../key-order.js';

const TAB = 0x09;
const ESCAPE = 0xff;
/** Faults kept per file; a file with more is no flat database. */
const MAX_FAULTS = 100;

/** A row of a flat database and where its line begins. */
export interface FlatRow extends CyrusDbRow {
  readonly offset: number;
}

/**
 * The rows of a flat database in the order of the file, a chunk at a time; what is wrong is added to `faults` as it is
 * met. Of equal keys, which are a fault, all are returned. Escapes are undone (2.5+); a file of 2.4 and before holds
 * none. Source: lib/cyrusdb_flat.c 3.6.1; cyrusdb.md sections 2 and 5.
 */
export function* scanFlat(source: ByteSource, file: string, faults: FormatFault[]): Generator<FlatRow> {
  const fault = (code: FaultCode, offset: number, expected: string, actual?: string): void => {
    if (faults.length < MAX_FAULTS)
      faults.push({ code, file, offset, expected, ...(actual === undefined ? {} : { actual }) });
  };
  let previous: Buffer | undefined;
  // Which order a file has depends on the release and the host; damage is an order that is none of them.
  const order = new OrderTracker();
  for (const { offset, bytes, ended, tooLong } of readLines(source, MAX_ROW_BYTES)) {
    if (!ended) {
      // Not a row: Cyrus replaces the file as a whole, so a cut line lost its other half.
      fault('db-truncated', offset, 'a line that ends in LF');
      return;
    }
    if (tooLong !== undefined) {
      fault('db-record-shape', offset, `a line of up to ${String(MAX_ROW_BYTES)} bytes`, `${String(tooLong)} bytes`);
      continue;
    }
    const tab = bytes.indexOf(TAB);
    if (tab < 1) {
      fault('db-record-shape', offset, 'KEY TAB VALUE', JSON.stringify(bytes.subarray(0, 40).toString('latin1')));
      continue;
    }
    const encoded = bytes.subarray(0, tab);
    if (previous !== undefined && !order.accepts(previous, encoded))
      fault('db-order', offset, `a key above ${shown(previous)}`, shown(encoded));
    previous = encoded;
    const key = unescape(encoded);
    const value = unescape(bytes.subarray(tab + 1));
    if (!key.whole || !value.whole) fault('db-record-shape', offset, 'complete escapes');
    yield { offset, key: key.bytes, value: value.bytes };
  }
}

/** FF FF is FF; FF and another byte is that byte without its top bit. */
export function unescape(encoded: Buffer): { bytes: Buffer; whole: boolean } {
  const first = encoded.indexOf(ESCAPE);
  if (first < 0) return { bytes: encoded, whole: true };
  const out = Buffer.from(encoded);
  let length = first;
  let whole = true;
  for (let i = first; i < encoded.length; i += 1) {
    const byte = encoded[i]!;
    if (byte !== ESCAPE) out[length++] = byte;
    else if (i + 1 >= encoded.length) whole = false;
    else {
      i += 1;
      const next = encoded[i]!;
      out[length++] = next === ESCAPE ? ESCAPE : next & 0x7f;
    }
  }
  return { bytes: out.subarray(0, length), whole };
}

function shown(key: Buffer): string {
  return JSON.stringify(key.subarray(0, 80).toString('latin1'));
}
