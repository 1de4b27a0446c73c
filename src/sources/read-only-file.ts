import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { ByteSource } from '../bytes/byte-source.js';
import { AuditError } from '../model/audit-error.js';
import { afterRead } from './io-limit.js';
import type { MayUse } from './server-access.js';

/** Of the constants of Node each would be looked up again for every file. */
const READ_ONLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** O_NOATIME is refused for files of other owners unless we are root; then the flag is left out. */
let noatime: number = constants.O_NOATIME;

/**
 * Opens for reading and nothing else: no lock, no atime update where the system lets us, no wait on a FIFO, and no
 * symbolic link at the end of the path. @param how further flags of how to read, such as O_DIRECT
 */
export function openReadOnly(path: string, how = 0): number {
  const flags = READ_ONLY | how;
  if (noatime !== 0) {
    try {
      return openSync(path, flags | noatime);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
      noatime = 0;
    }
  }
  return openSync(path, flags);
}

/** Why a file could not be read; `missing` is told apart because it is often a finding of its own. */
export interface ReadFailure {
  readonly missing: boolean;
  readonly reason: string;
}

export type FileRead =
  | { readonly bytes: Buffer; readonly failure?: undefined }
  | { readonly failure: ReadFailure; readonly bytes?: undefined };

/** Turns a system error into a reason a person can read. */
export function readFailure(error: unknown, path: string): ReadFailure {
  if (error instanceof AuditError) return { missing: false, reason: error.message };
  const { code = 'unknown error', syscall = 'read' } = error as NodeJS.ErrnoException;
  return { missing: code === 'ENOENT' || code === 'ENOTDIR', reason: `${path}: ${syscall}: ${code}` };
}

/** Where the first bytes of a small file are read to before its size is known. */
const firstRead = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads a whole small file.
 * @param limit largest size in bytes that is accepted; a larger file is a failure, never an allocation
 */
export function readSmallFile(path: string, limit: number): FileRead {
  let fd: number;
  try {
    fd = openReadOnly(path);
  } catch (error) {
    return { failure: readFailure(error, path) };
  }
  try {
    // Most small files fit into one read, which then tells the size as well: no fstat, a fifth less per file.
    const got = readSync(fd, firstRead, 0, firstRead.length, 0);
    afterRead(got);
    if (got > 0 && got < firstRead.length && got <= limit) return { bytes: Buffer.from(firstRead.subarray(0, got)) };
    const stat = fstatSync(fd);
    const problem = notReadable(stat, limit);
    if (problem !== undefined) return { failure: { missing: false, reason: `${path}: ${problem}` } };
    const bytes = Buffer.allocUnsafe(stat.size);
    return { bytes: bytes.subarray(0, readFully(fd, bytes, 0, stat.size, 0)) };
  } catch (error) {
    return { failure: readFailure(error, path) };
  } finally {
    closeSync(fd);
  }
}

/** True when there is nothing of that name; false also when that cannot be told, which opening it will then say. */
export function isAbsent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** What `readFileInto` says instead of a length. */
export const FILE_MISSING = -2;
export const FILE_NOT_READ = -1;
export const FILE_REFUSED = -3;

/**
 * Reads a whole file into `target` and returns its length, FILE_MISSING, FILE_REFUSED when `mayUse` says no to it, or
 * FILE_NOT_READ when it cannot be read or is not shorter than `target`. For a first look: whoever wants to know why opens
 * it again.
 */
export function readFileInto(path: string, target: Buffer, mayUse?: MayUse): number {
  let fd: number;
  try {
    fd = openReadOnly(path);
  } catch (error) {
    return readFailure(error, path).missing ? FILE_MISSING : FILE_NOT_READ;
  }
  try {
    if (mayUse?.(fstatSync(fd)) === false) return FILE_REFUSED;
    // One read: what comes short of the end looks like another file, and is looked at again.
    const got = readSync(fd, target, 0, target.length, 0);
    afterRead(got);
    return got < target.length ? got : FILE_NOT_READ;
  } catch {
    return FILE_NOT_READ;
  } finally {
    closeSync(fd);
  }
}

function notReadable(stat: Stats, limit: number): string | undefined {
  if (!stat.isFile()) return 'not a regular file';
  if (stat.size > limit) return `${String(stat.size)} bytes, more than the ${String(limit)} that such a file may have`;
  return undefined;
}

/** Reads until `length` bytes are there or the file ends; returns how many came. */
export function readFully(fd: number, target: Buffer, at: number, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const n = readSync(fd, target, at + done, length - done, position + done);
    if (n === 0) break;
    afterRead(n);
    done += n;
  }
  return done;
}

const PAGE = 64 * 1024;

/** A file read in pages, the most recently used of which are kept. */
export class PagedFile implements ByteSource {
  readonly size: number;
  private readonly pages = new Map<number, Buffer>();

  private constructor(
    private readonly path: string,
    private readonly fd: number,
    size: number,
    private readonly maxPages: number,
  ) {
    this.size = size;
  }

  /**
   * Opens `path`. @param cacheBytes how much of the file may be in memory at a time
   * @throws the system's error, or an error whose message says that it is not a regular file
   */
  static open(path: string, cacheBytes = 4 * 1024 * 1024): PagedFile {
    const fd = openReadOnly(path);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw Object.assign(new Error(`${path}: not a regular file`), { code: 'not a regular file' });
      return new PagedFile(path, fd, stat.size, Math.max(4, Math.floor(cacheBytes / PAGE)));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  read(offset: number, length: number): Buffer {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return Buffer.alloc(0);
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((end - 1) / PAGE);
    if (first === last) return this.page(first).subarray(offset - first * PAGE, end - first * PAGE);
    const whole = Buffer.allocUnsafe(end - offset);
    let filled = 0;
    for (let n = first; n <= last; n++) {
      const page = this.page(n);
      const from = Math.max(offset - n * PAGE, 0);
      filled += page.copy(whole, filled, from, Math.min(end - n * PAGE, page.length));
    }
    return whole.subarray(0, filled);
  }

  close(): void {
    closeSync(this.fd);
    this.pages.clear();
  }

  private readPage(target: Buffer, position: number): number {
    try {
      return readFully(this.fd, target, 0, target.length, position);
    } catch (cause) {
      const { reason } = readFailure(cause, this.path);
      throw new AuditError(
        'io',
        `${reason} at byte ${String(position)}`,
        'Look into the system log: the disk or the file server did not give the bytes.',
        { cause },
      );
    }
  }

  private page(n: number): Buffer {
    let page = this.pages.get(n);
    if (page !== undefined) {
      // Moved to the end: a Map keeps insertion order, so the first key is the least recently used.
      this.pages.delete(n);
      this.pages.set(n, page);
      return page;
    }
    // What a page held that was not used for longest is overwritten: left to the collector, the pages of a large file
    // pile up to hundreds of megabytes before it comes.
    let free: Buffer | undefined;
    if (this.pages.size >= this.maxPages) {
      const oldest = this.pages.entries().next();
      if (!oldest.done) {
        free = oldest.value[1];
        this.pages.delete(oldest.value[0]);
      }
    }
    const length = Math.min(PAGE, this.size - n * PAGE);
    const bytes = free?.length === length ? free : Buffer.allocUnsafe(length);
    page = bytes.subarray(0, this.readPage(bytes, n * PAGE));
    this.pages.set(n, page);
    return page;
  }
}
