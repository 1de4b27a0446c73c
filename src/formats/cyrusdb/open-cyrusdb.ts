import type { ByteSource } from '../../bytes/byte-source.js';
import type { FormatFault } from '../../model/fault.js';
import type { CyrusDb } from './cyrusdb.js';
import { openFlat } from './flat/flat-db.js';
import { SKIPLIST_MAGIC } from './skiplist/layout.js';
import { openSkiplist } from './skiplist/skiplist.js';
import { TWOM_MAGIC } from './twom/layout.js';
import { openTwom } from './twom/twom.js';
import { TWOSKIP_MAGIC } from './twoskip/layout.js';
import { openTwoskip } from './twoskip/twoskip.js';

/** Formats that are told by their first bytes. Source: cyrusdb_detect, lib/cyrusdb.c 3.6.7; cyrusdb.md section 1. */
export type CyrusDbFormat = 'twoskip' | 'skiplist' | 'flat' | 'twom' | 'sqlite' | 'berkeley' | 'empty' | 'unknown';

export interface OpenedCyrusDb {
  readonly format: CyrusDbFormat;
  readonly db?: CyrusDb;
  /** Names a format that is known and not decoded here. */
  readonly unsupported?: string;
  readonly faults: readonly FormatFault[];
}

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const BERKELEY_MAGICS: readonly number[] = [0x00053162, 0x00061561];

/** Opens a database by its content: the file decides, not the configuration. */
export function openCyrusDb(source: ByteSource, file: string): OpenedCyrusDb {
  const format = detectFormat(source);
  switch (format) {
    case 'twoskip':
      return { format, ...openTwoskip(source, file) };
    case 'skiplist':
      return { format, ...openSkiplist(source, file) };
    case 'twom':
      return { format, ...openTwom(source, file) };
    case 'flat': {
      const db = openFlat(source, file);
      return { format, db, faults: db.faults };
    }
    case 'empty':
      return { format, faults: [{ code: 'file-empty', file, expected: 'a database', actual: '0 bytes' }] };
    case 'sqlite':
    case 'berkeley':
      return { format, unsupported: `a ${format} database`, faults: [] };
    case 'unknown':
      return {
        format,
        faults: [
          {
            code: 'db-magic',
            file,
            offset: 0,
            expected: 'a Cyrus database',
            actual: source.read(0, 20).toString('hex'),
          },
        ],
      };
  }
}

export function detectFormat(source: ByteSource): CyrusDbFormat {
  if (source.size === 0) return 'empty';
  const head = source.read(0, 4096);
  const starts = (magic: Buffer): boolean => head.subarray(0, magic.length).equals(magic);
  // Cyrus compares 16 bytes; the rest of the magic is zero in every release.
  if (starts(TWOSKIP_MAGIC.subarray(0, 16))) return 'twoskip';
  if (starts(SKIPLIST_MAGIC.subarray(0, 16))) return 'skiplist';
  if (starts(TWOM_MAGIC)) return 'twom';
  if (starts(SQLITE_MAGIC)) return 'sqlite';
  if (
    head.length >= 16 &&
    (BERKELEY_MAGICS.includes(head.readUInt32LE(12)) || BERKELEY_MAGICS.includes(head.readUInt32BE(12)))
  ) {
    return 'berkeley';
  }
  // A text file of rows: a binary one whose magic was destroyed has NULs, which flat escapes or never held.
  const lineEnd = head.indexOf(0x0a);
  const firstLine = lineEnd < 0 ? head : head.subarray(0, lineEnd);
  return !head.includes(0) && firstLine.includes(0x09) ? 'flat' : 'unknown';
}
