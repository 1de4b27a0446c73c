import { lstatSync } from 'node:fs';
import { checkSqlite, checkSqliteHeader } from '../../formats/sqlite/check-sqlite.js';
import { AuditError } from '../../model/audit-error.js';
import type { FormatFault } from '../../model/fault.js';
import { isAbsent, PagedFile, readFailure } from '../read-only-file.js';

/** What is wrong with a user's dav.db, or why that cannot be told. */
export interface DavDatabase {
  readonly faults: readonly FormatFault[];
  readonly unread?: string;
}

/** Of a database of any size so much is kept in memory. Unit: bytes. */
const CACHE = 1024 * 1024;

/** Where SQLite keeps what belongs to a database and is not in its file yet, or not any more. */
const BESIDE = ['-journal', '-wal'] as const;

/**
 * Checks the index that Cyrus keeps of a user's scripts, calendars and address books. A missing file, or one without bytes,
 * is made anew. Beside a journal or a write-ahead log the file alone may be half of a change, which whoever opens it next
 * undoes or completes: then a fault says nothing.
 * @param isWhole every page is read, which takes about a millisecond for the 90 kB of a user; else only the header
 */
export function checkDavDatabase(path: string, isWhole: boolean): DavDatabase {
  // Most users lack one: to look first costs less than a failure to open it.
  if (isAbsent(path)) return { faults: [] };
  let file: PagedFile;
  try {
    file = PagedFile.open(path, CACHE);
  } catch (error) {
    const { missing, reason } = readFailure(error, path);
    return { faults: [], ...(missing ? {} : { unread: reason }) };
  }
  let faults: readonly FormatFault[];
  try {
    faults = (isWhole ? checkSqlite : checkSqliteHeader)(file, path);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    return { faults: [], unread: error.message };
  } finally {
    file.close();
  }
  const beside = faults.length === 0 ? undefined : BESIDE.find((suffix) => hasBytes(path + suffix));
  if (beside === undefined) return { faults };
  return { faults: [], unread: `${path}: in the middle of a change, which ${path}${beside} has the rest of` };
}

function hasBytes(path: string): boolean {
  try {
    return (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  } catch {
    // Who cannot be asked may have some.
    return true;
  }
}
