import { AuditError } from '../model/audit-error.js';
import { PagedFile, readSmallFile } from '../sources/read-only-file.js';
import { systemErrorWords } from '../sources/system-error.js';

/** The first bytes of a file, all of them when it is shorter. @throws AuditError when it cannot be read */
export function readHead(file: string, length: number): Buffer {
  let paged: PagedFile | undefined;
  try {
    paged = PagedFile.open(file);
    return Buffer.from(paged.read(0, length));
  } catch (error) {
    throw unreadable(`${file}: expected a readable file, found ${systemWords(error)}`, error);
  } finally {
    paged?.close();
  }
}

/** @throws AuditError when it cannot be read, or is larger than such a file can be */
export function readWhole(file: string, limit: number): Buffer {
  const read = readSmallFile(file, limit);
  if (read.bytes === undefined) throw unreadable(read.failure.reason);
  return read.bytes;
}

/** What a file that the system does not let us read ends as. */
export function unreadable(message: string, cause?: unknown): AuditError {
  return new AuditError('io', message, 'Name a file that is there, and run cyraudit as root or as the user cyrus.', {
    cause,
  });
}

/** @throws the error itself when it is none of the system's: a bug */
export function systemWords(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  return systemErrorWords(error);
}
