import type { ByteSource } from '../../../bytes/byte-source.js';
import type { FormatFault } from '../../../model/fault.js';
import type { CyrusDb, CyrusDbRow } from '../cyrusdb.js';
import { BLANK, DUMMY_AT, DUMMY_SIZE, TYPE } from './layout.js';
import { Twoskip, type TwoskipRecord } from './twoskip.js';

/**
 * What the transactions of a damaged twoskip file say, whatever its header and links say: never what Cyrus would show,
 * and never a ground for a verdict.
 */
export interface SalvagedDb extends CyrusDb {
  readonly salvaged: true;
}

const MAX_FAULTS = 100;

/**
 * Reads a file from its first transaction to its end; a transaction with an unreadable record is left out as a whole.
 * A deletion does not name its key but the record that followed: the key is that of the one live record that still
 * links there. When that is not one, the key is kept, and a fault says so. Memory: keys and offsets.
 * Source: second-chance recovery in lib/cyrusdb_twoskip.c 3.6.7; cyrusdb.md section 3.4.
 */
export function salvageTwoskip(source: ByteSource, file: string): SalvagedDb {
  const db = new Twoskip(source, file, {
    version: 1,
    generation: 0,
    numRecords: 0,
    repackSize: 0,
    currentSize: source.size,
    dirty: false,
  });
  const faults: FormatFault[] = [];
  /** The live record of each key. */
  const live = new Map<string, { readonly offset: number; readonly link: number }>();
  /** Keys of the live records by the offset that they link to. */
  const linking = new Map<number, Set<string>>();
  const remove = (key: string): void => {
    const record = live.get(key);
    if (record === undefined) return;
    live.delete(key);
    const keys = linking.get(record.link)!;
    keys.delete(key);
    if (keys.size === 0) linking.delete(record.link);
  };

  let pending: TwoskipRecord[] = [];
  let isBad = false;
  let wasUnreadable = false;
  const apply = (from: number): void => {
    for (const record of pending) {
      if (record.offset < from) continue;
      if (record.type === TYPE.record) {
        const key = db.tail(record).toString('latin1', 0, record.keyLength);
        const link = Math.max(record.ptrs[0] ?? 0, record.ptrs[1] ?? 0);
        remove(key);
        live.set(key, { offset: record.offset, link });
        const keys = linking.get(link);
        if (keys === undefined) linking.set(link, new Set([key]));
        else keys.add(key);
        continue;
      }
      const keys = linking.get(record.ptrs[0] ?? 0) ?? new Set<string>();
      if (keys.size === 1) remove([...keys][0]!);
      else if (faults.length < MAX_FAULTS)
        faults.push({
          code: 'db-link',
          file,
          offset: record.offset,
          expected: 'a deletion of one key',
          actual: `${String(keys.size)} may be meant: none was deleted`,
        });
    }
  };

  for (let at = DUMMY_AT + DUMMY_SIZE; at + 8 <= source.size;) {
    if (source.read(at, 8).equals(BLANK)) {
      at += 8;
      continue;
    }
    const known = db.faults.length;
    const record = db.record(at);
    const isReadable = record !== undefined && db.isSound(record, db.tail(record));
    // One fault for each unreadable place, not for each of its words.
    if (!isReadable && wasUnreadable) db.faults.length = known;
    wasUnreadable = !isReadable;
    if (!isReadable) {
      isBad = true;
      // A good head tells where its record ends; inside it nothing is looked for.
      at = record?.end ?? at + 8;
      continue;
    }
    if (record.type === TYPE.commit) {
      if (!isBad) apply(record.ptrs[0] ?? 0);
      pending = [];
      isBad = false;
    } else if (record.type !== TYPE.dummy) pending.push(record);
    at = record.end;
  }

  const sorted = [...live].map(([key, { offset }]) => [key, offset] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const row = (offset: number): CyrusDbRow | undefined => {
    const record = db.record(offset);
    if (record === undefined) return undefined;
    const tail = db.tail(record);
    const { keyLength, valueLength } = record;
    return { key: tail.subarray(0, keyLength), value: tail.subarray(keyLength, keyLength + valueLength) };
  };
  const all = [...db.faults, ...faults];
  return {
    format: 'twoskip',
    salvaged: true,
    count: sorted.length,
    faults: all,
    *rows(from) {
      const start = from?.toString('latin1');
      for (const [key, offset] of sorted) {
        if (start !== undefined && key < start) continue;
        const found = row(offset);
        if (found !== undefined) yield found;
      }
    },
    get(key) {
      const offset = live.get(key.toString('latin1'))?.offset;
      return offset === undefined ? undefined : row(offset)?.value;
    },
    verify: () => all,
  };
}
