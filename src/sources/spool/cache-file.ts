import { closeSync, fstatSync } from 'node:fs';
import type { CacheBytes } from '../../formats/cache/cache-bytes.js';
import { openReadOnly, readFailure, readFully, type ReadFailure } from '../read-only-file.js';

/** What is read at a time by one who reads on. */
const CHUNK = 1024 * 1024;

export type OpenedCache =
  | { readonly failure: ReadFailure; readonly cache?: undefined }
  | { readonly cache: CacheFile; readonly failure?: undefined };

/** A cyrus.cache on disk, read forward through a window that grows only for a record larger than it. */
export class CacheFile implements CacheBytes {
  bytes: Buffer;
  /** Offset of the window in the file, and how much of it is filled. */
  private start = 0;
  private filled = 0;
  /** Unit: bytes. */
  bytesRead = 0;

  private constructor(
    readonly path: string,
    private readonly fd: number,
    private length: number,
    private readonly readAhead: number,
  ) {
    this.bytes = takeWindow(Math.min(CHUNK, length));
  }

  /** @param readAhead false for one who only looks at a few bytes: no more than asked for is read */
  static open(path: string, readAhead = true): OpenedCache {
    let fd: number;
    try {
      fd = openReadOnly(path);
    } catch (error) {
      return { failure: readFailure(error, path) };
    }
    try {
      const stat = fstatSync(fd);
      if (stat.isFile()) return { cache: new CacheFile(path, fd, stat.size, readAhead ? CHUNK : 0) };
      closeSync(fd);
      return { failure: { missing: false, reason: `${path}: not a regular file` } };
    } catch (error) {
      closeSync(fd);
      return { failure: readFailure(error, path) };
    }
  }

  get size(): number {
    return this.length;
  }

  /** Looks at the length again: a server appends. Returns whether the file has grown. */
  hasGrown(): boolean {
    const before = this.length;
    this.length = Math.max(before, fstatSync(this.fd).size);
    return this.length > before;
  }

  hold(offset: number, length: number): number {
    if (offset >= this.start && offset + length <= this.start + this.filled) return offset - this.start;
    if (offset + length > this.length) return -1;
    const wanted = Math.min(Math.max(length, this.readAhead), this.length - offset);
    if (wanted > this.bytes.length) {
      releaseWindow(this.bytes);
      this.bytes = takeWindow(wanted);
    }
    this.start = offset;
    this.filled = readFully(this.fd, this.bytes, 0, wanted, offset);
    this.bytesRead += this.filled;
    return this.filled < length ? -1 : 0;
  }

  /** After this nothing of the window may be used: its memory goes to the next file. */
  close(): void {
    closeSync(this.fd);
    releaseWindow(this.bytes);
    this.bytes = Buffer.alloc(0);
    this.filled = 0;
  }
}

/** Windows of files closed last: most caches are small, and there is one for each of ten thousand mailboxes. */
const spare: Buffer[] = [];
/** That of each side. */
const MAX_SPARE = 2;

function takeWindow(length: number): Buffer {
  if (length > CHUNK) return Buffer.allocUnsafeSlow(length);
  return spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK);
}

function releaseWindow(window: Buffer): void {
  if (window.length === CHUNK && spare.length < MAX_SPARE) spare.push(window);
}
