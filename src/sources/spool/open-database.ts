import { readdirSync } from 'node:fs';
import { bufferSource } from '../../bytes/byte-source.js';
import type { CyrusDb } from '../../formats/cyrusdb/cyrusdb.js';
import { openCyrusDb, type CyrusDbFormat } from '../../formats/cyrusdb/open-cyrusdb.js';
import { AuditError } from '../../model/audit-error.js';
import type { FormatFault } from '../../model/fault.js';
import { PagedFile, readFailure, readSmallFile, type ReadFailure } from '../read-only-file.js';

/** A database file, or why it is not one. */
export interface OpenedDatabase {
  readonly path: string;
  readonly format?: CyrusDbFormat;
  readonly db?: CyrusDb;
  /** Names a format that is known and not decoded by this release. */
  readonly unsupported?: string;
  /** The system did not let us read it. */
  readonly failure?: ReadFailure;
  /** What is wrong with the bytes; grows while `db` is read. */
  readonly faults: readonly FormatFault[];
  /** A look through all of it found damage: what it says cannot be relied on, row by row. Set by whoever looked. */
  isDamaged?: boolean;
  /** Bytes as they were read, while it is open. */
  readonly bytesAt?: (offset: number, length: number) => Buffer;
  close(): void;
}

const nothingToClose = (): void => undefined;

/** Why a database is not decoded, for a person; undefined when it is, or when its faults say why. */
export function whyNotDecoded({ path, unsupported }: OpenedDatabase): string | undefined {
  return unsupported === undefined
    ? undefined
    : `${path}: ${unsupported}, which this release of cyraudit cannot decode`;
}

/** Opens a database of any size, a page at a time. */
export function openDatabase(path: string): OpenedDatabase {
  let file: PagedFile;
  try {
    file = PagedFile.open(path);
  } catch (error) {
    if (isZeroskip(path)) return { path, unsupported: 'a zeroskip database', faults: [], close: nothingToClose };
    return { path, failure: readFailure(error, path), faults: [], close: nothingToClose };
  }
  let opened;
  try {
    opened = openCyrusDb(file, path);
  } catch (error) {
    file.close();
    if (!(error instanceof AuditError)) throw error;
    return { path, failure: { missing: false, reason: error.message }, faults: [], close: nothingToClose };
  }
  return {
    path,
    ...opened,
    bytesAt: (offset, length) => file.read(offset, length),
    close: () => {
      file.close();
    },
  };
}

/** A directory with zeroskip's own files, which 3.2 to 3.12 could be built with. Source: cyrusdb.md section 1. */
export function isZeroskip(path: string): boolean {
  try {
    return readdirSync(path).some((name) => name === '.zsdb' || name.startsWith('zeroskip-'));
  } catch {
    // No directory: what kept the file from being opened is told by the caller.
    return false;
  }
}

/** Above this a small database is read a page at a time. */
const SMALL = 1024 * 1024;

/** Opens a database that is usually a few hundred bytes long: one read, and nothing is left open then. */
export function openSmallDatabase(path: string): OpenedDatabase {
  const read = readSmallFile(path, SMALL);
  if (read.failure !== undefined) {
    return read.failure.missing || !read.failure.reason.includes('more than')
      ? { path, failure: read.failure, faults: [], close: nothingToClose }
      : openDatabase(path);
  }
  return { path, ...openCyrusDb(bufferSource(read.bytes), path), close: nothingToClose };
}
