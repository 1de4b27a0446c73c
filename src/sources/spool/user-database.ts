import { bufferSource } from '../../bytes/byte-source.js';
import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import { openCyrusDb } from '../../formats/cyrusdb/open-cyrusdb.js';
import type { FormatFault } from '../../model/fault.js';
import { isAbsent, readSmallFile } from '../read-only-file.js';

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
/** Opens a database of any format: its first bytes tell. A missing or empty file has no rows. */
export function openUserDatabase(path: string): UserDatabase {
  // Most users lack one: to look first costs less than a failure to open it.
  if (isAbsent(path)) return { path, rows: [], faults: [] };
  const read = readSmallFile(path, MAX_BYTES);
  if (read.failure !== undefined) {
    return { path, rows: [], faults: [], ...(read.failure.missing ? {} : { unread: read.failure.reason }) };
  }
  const { db, faults, unsupported } = openCyrusDb(bufferSource(read.bytes), path);
  if (unsupported !== undefined) {
    return {
      path,
      rows: [],
      faults: [],
      unread: `${path}: ${unsupported}, which this release of cyraudit cannot decode`,
    };
  }
  db?.verify();
  return {
    path,
    rows: db?.rows() ?? [],
    faults: db === undefined ? faults.filter(({ code }) => code !== 'file-empty') : faults,
  };
}
