import type { Decoded, FaultCode, FormatFault } from '../../../model/fault.js';
import type { CyrusDbRow } from '../cyrusdb.js';
import { OrderTracker } from '../key-order.js';

const TAB = 0x09;
const LF = 0x0a;
const ESCAPE = 0xff;
/** Faults kept per file; a file with more is no flat database. */
const MAX_FAULTS = 100;

/**
 * Reads a whole flat database. The rows are those of the file, sorted by raw key bytes whatever order the file has; of
 * equal keys the first wins. Escapes are undone (2.5+); a file of 2.4 and before holds none.
 * Source: lib/cyrusdb_flat.c 3.6.1; cyrusdb.md sections 2 and 5.
 */
export function parseFlat(bytes: Buffer, file: string): Decoded<CyrusDbRow[]> {
  const rows: CyrusDbRow[] = [];
  const faults: FormatFault[] = [];
  const fault = (code: FaultCode, offset: number, expected: string, actual?: string): void => {
    if (faults.length < MAX_FAULTS)
      faults.push({ code, file, offset, expected, ...(actual === undefined ? {} : { actual }) });
  };

  let previous: Buffer | undefined;
  // Which order a file has depends on the release and the host; damage is an order that is none of them.
  const order = new OrderTracker();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LF, at);
    if (end < 0) {
      // Not a row: Cyrus replaces the file as a whole, so a cut line lost its other half.
      fault('db-truncated', at, 'a line that ends in LF');
      break;
    }
    const line = bytes.subarray(at, end);
    const tab = line.indexOf(TAB);
    if (tab < 1) {
      fault('db-record-shape', at, 'KEY TAB VALUE', JSON.stringify(line.subarray(0, 40).toString('latin1')));
    } else {
      const encoded = line.subarray(0, tab);
      if (previous !== undefined) {
        if (!order.accepts(previous, encoded)) fault('db-order', at, `a key above ${shown(previous)}`, shown(encoded));
      }
      previous = encoded;
      const key = unescape(encoded);
      const value = unescape(line.subarray(tab + 1));
      if (!key.whole || !value.whole) fault('db-record-shape', at, 'complete escapes');
      rows.push({ key: key.bytes, value: value.bytes });
    }
    at = end + 1;
  }

  const unique = new Map<string, CyrusDbRow>();
  for (const row of rows) {
    const key = row.key.toString('latin1');
    if (!unique.has(key)) unique.set(key, row);
  }
  return { value: [...unique.values()].sort((a, b) => a.key.compare(b.key)), faults };
}

/** FF FF is FF; FF and another byte is that byte without its top bit. */
function unescape(encoded: Buffer): { bytes: Buffer; whole: boolean } {
  if (!encoded.includes(ESCAPE)) return { bytes: encoded, whole: true };
  const out: number[] = [];
  let whole = true;
  for (let i = 0; i < encoded.length; i += 1) {
    const byte = encoded[i]!;
    if (byte !== ESCAPE) out.push(byte);
    else if (i + 1 >= encoded.length) whole = false;
    else {
      i += 1;
      const next = encoded[i]!;
      out.push(next === ESCAPE ? ESCAPE : next & 0x7f);
    }
  }
  return { bytes: Buffer.from(out), whole };
}

function shown(key: Buffer): string {
  return JSON.stringify(key.subarray(0, 80).toString('latin1'));
}
