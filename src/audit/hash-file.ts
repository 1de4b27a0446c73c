import { closeSync, fstatSync, readSync, type Stats } from 'node:fs';
import { sha1, sha1Of } from '../bytes/sha1.js';
import type { FileSubject } from '../findings/file/file-subject.js';
import { afterRead } from '../sources/io-limit.js';
import { openReadOnly, readFully } from '../sources/read-only-file.js';
import { describeOwner, type MayUse } from '../sources/server-access.js';

export interface FileCounts {
  /** That records claim. */
  files: number;
  /** Of these, the ones that are not there. */
  missing: number;
  /** Of those that are there, the ones of which only name and size were looked at. */
  notHashed: number;
  /** Of message files and of cyrus.cache. */
  bytesRead: number;
}

export type FileProblem = Pick<FileSubject, 'problem' | 'found'> | undefined;

/** A file of the other side whose record says the same as that of the file which is hashed. */
export interface Twin {
  readonly path: string;
  readonly mayRead: MayUse;
  readonly counts: FileCounts;
  /** Is called when its bytes are the same and their SHA-1 is the GUID. */
  readonly prove: () => void;
}

const READ_SIZE = 1024 * 1024;
const buffer = Buffer.allocUnsafeSlow(READ_SIZE);
const twinBuffer = Buffer.allocUnsafeSlow(READ_SIZE);

/** Holds a file against the record of its message, and its twin against it on the way. */
export function hashFile(
  path: string,
  size: number,
  guid: string,
  counts: FileCounts,
  unread: string[],
  twin?: Twin,
  mayRead?: MayUse,
): FileProblem {
  let fd: number;
  try {
    fd = openReadOnly(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'missing', found: 'no file' };
    if (code === 'ELOOP') return { problem: 'missing', found: 'a symbolic link' };
    unread.push(`${path}: ${code ?? 'cannot be opened'}`);
    return undefined;
  }
  try {
    // Bytes of that length and that SHA-1 leave nothing to ask but who may read them.
    if (isRightAtOnce(fd, size, guid, counts, twin))
      return mayRead === undefined ? undefined : judgeAccess(fstatSync(fd), mayRead);
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { problem: 'missing', found: 'not a regular file' };
    const wrongSize = judgeSize(stat.size, size);
    if (wrongSize !== undefined) return wrongSize;
    const pieces = piecesOf(fd, size, counts);
    const comparison = twin === undefined ? undefined : Comparison.open(twin, size);
    try {
      const found = sha1(comparison?.along(pieces) ?? pieces);
      if (found !== guid) return { problem: 'guid', found };
      if (comparison?.isSame === true) twin?.prove();
      return judgeAccess(stat, mayRead);
    } finally {
      comparison?.close();
    }
  } catch (error) {
    unread.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}`);
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/**
 * Whether a file that fits into one read is what its record says; what is proven of its twin then is said as well. False
 * says nothing: that file is to be looked at from the start, and nothing has been counted.
 */
function isRightAtOnce(fd: number, size: number, guid: string, counts: FileCounts, twin: Twin | undefined): boolean {
  if (!isReadAtOnce(fd, size, buffer)) return false;
  const bytes = buffer.subarray(0, size);
  if (sha1Of(bytes) !== guid) return false;
  counts.bytesRead += size;
  if (twin === undefined) return true;
  try {
    const twinFd = openReadOnly(twin.path);
    try {
      if (twin.mayRead?.(fstatSync(twinFd)) === false) return true;
      if (!isReadAtOnce(twinFd, size, twinBuffer)) return true;
      twin.counts.bytesRead += size;
      if (twinBuffer.compare(bytes, 0, size, 0, size) === 0) twin.prove();
    } finally {
      closeSync(twinFd);
    }
  } catch {
    // It is looked at in its turn.
  }
  return true;
}

/** Reads a file of `size` bytes whole; false when it is of another size, empty, or too large for one read. */
function isReadAtOnce(fd: number, size: number, target: Buffer): boolean {
  if (size === 0 || size >= target.length) return false;
  let got: number;
  try {
    // One byte more tells that it ends there.
    got = readSync(fd, target, 0, size + 1, 0);
  } catch (error) {
    // To ask a failing disk again would take as long again; else it is no file of messages.
    if ((error as NodeJS.ErrnoException).code === 'EIO') throw error;
    return false;
  }
  afterRead(got);
  return got === size;
}

/** SHA-1 of a whole file in hex; undefined when it is none or cannot be read. */
export function digestFile(path: string, counts: FileCounts): string | undefined {
  const file = openRegular(path);
  if (file === undefined) return undefined;
  try {
    return sha1(piecesOf(file.fd, file.size, counts));
  } catch {
    return undefined;
  } finally {
    closeSync(file.fd);
  }
}

/** A regular file, for one who need not know why there is none. */
function openRegular(path: string, mayRead?: MayUse): { readonly fd: number; readonly size: number } | undefined {
  let fd: number;
  try {
    fd = openReadOnly(path);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isFile() && mayRead?.(stat) !== false) return { fd, size: stat.size };
  } catch {
    // As if it could not be opened.
  }
  closeSync(fd);
  return undefined;
}

export function judgeSize(found: number, size: number): FileProblem {
  if (found === size && size > 0) return undefined;
  return { problem: found === 0 ? 'empty' : 'size', found: `${String(found)} bytes` };
}

export function judgeAccess(stat: Stats, mayRead: MayUse): FileProblem {
  return mayRead?.(stat) === false ? { problem: 'closed', found: describeOwner(stat) } : undefined;
}

/** The first `size` bytes of a file, in a buffer that each piece overwrites. */
function* piecesOf(fd: number, size: number, counts: FileCounts): Generator<Buffer> {
  for (let at = 0; at < size;) {
    const got = readFully(fd, buffer, 0, Math.min(READ_SIZE, size - at), at);
    if (got === 0) return;
    yield buffer.subarray(0, got);
    at += got;
    counts.bytesRead += got;
  }
}

/** Reads a twin beside the file that is hashed. One that cannot be read proves nothing, and is looked at in its turn. */
class Comparison {
  isSame = true;

  private constructor(
    private readonly fd: number,
    private readonly counts: FileCounts,
  ) {}

  static open({ path, mayRead, counts }: Twin, size: number): Comparison | undefined {
    const file = openRegular(path, mayRead);
    if (file === undefined) return undefined;
    if (file.size === size) return new Comparison(file.fd, counts);
    closeSync(file.fd);
    return undefined;
  }

  *along(pieces: Iterable<Buffer>): Generator<Buffer> {
    let at = 0;
    for (const piece of pieces) {
      this.isSame &&= this.read(piece.length, at)?.equals(piece) === true;
      at += piece.length;
      yield piece;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  private read(length: number, at: number): Buffer | undefined {
    try {
      const got = readFully(this.fd, twinBuffer, 0, length, at);
      this.counts.bytesRead += got;
      return twinBuffer.subarray(0, got);
    } catch {
      return undefined;
    }
  }
}
