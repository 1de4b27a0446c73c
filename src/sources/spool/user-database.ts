import { bufferSource } from '../../bytes/byte-source.js';
import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import { parseFlat } from '../../formats/cyrusdb/flat.js';
import { openTwoskip } from '../../formats/cyrusdb/twoskip/twoskip.js';
import type { FormatFault } from '../../model/fault.js';
import { readSmallFile } from '../read-only-file.js';

/** A user's small database in whatever format the site chose, or why it cannot be read. */
export interface UserDatabase {
  readonly path: string;
  /** In key order; empty when there is no file. */
  readonly rows: Iterable<CyrusDbRow>;
  /** Grows while the rows are taken. */
  readonly faults: readonly FormatFault[];
  /** Set when nothing can be said about the content. */
  readonly unread?: string;
}

/** Seen state of some 100000 mailboxes; read whole. */
const MAX_BYTES = 64 * 1024 * 1024;
/** How every database of Cyrus begins that is not a flat one. Source: lib/cyrusdb_skiplist.c, _twoskip.c 3.6.1, twom.c. */
const BINARY_MAGIC = Buffer.from('a1028b0d', 'hex');
const TWOSKIP = Buffer.from('twoskip file', 'latin1');

/** Opens a database that may be flat or twoskip: its first bytes tell. A missing or empty file has no rows. */
export function openUserDatabase(path: string): UserDatabase {
  const read = readSmallFile(path, MAX_BYTES);
  if (read.failure !== undefined) {
    return { path, rows: [], faults: [], ...(read.failure.missing ? {} : { unread: read.failure.reason }) };
  }
  const { bytes } = read;
  if (!bytes.subarray(0, BINARY_MAGIC.length).equals(BINARY_MAGIC)) {
    const { value = [], faults } = parseFlat(bytes, path);
    return { path, rows: value, faults };
  }
  if (!bytes.subarray(BINARY_MAGIC.length, BINARY_MAGIC.length + TWOSKIP.length).equals(TWOSKIP)) {
    const name = bytes.toString('latin1', 4, 20).replace(/[^ -~].*$/s, '');
    return {
      path,
      rows: [],
      faults: [],
      unread: `${path}: databases of the format '${name}' are not decoded by this release of cyraudit`,
    };
  }
  const { db, faults } = openTwoskip(bufferSource(bytes), path);
  return { path, rows: db?.rows() ?? [], faults };
}
