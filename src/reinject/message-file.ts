import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ManifestMessage } from '../generated/manifest.js';
import { openReadOnly, readFully } from '../sources/read-only-file.js';
import { Refusal } from './refusal.js';

/** The bytes of a message: as a whole, or in pieces, each of which is used before the next is asked for. */
export type MessageContent =
  | { readonly size: number; readonly bytes: Buffer }
  | { readonly size: number; readonly bytes?: undefined; readonly pieces: () => Iterable<Buffer> };

/** A larger one is never in memory as a whole: it is read once to be proven, and once more while it is sent. */
const WHOLE = 1024 * 1024;
const PIECE = 256 * 1024;
/** What the size of a literal can be. Unit: bytes. */
const MAX_BYTES = 0xffff_ffff;

/** Proves the file of a message that a manifest names. @throws Refusal when it is not what the manifest says */
export function openMessageFile(
  manifest: string,
  { file, source, size, guid }: Pick<ManifestMessage, 'file' | 'source' | 'size' | 'guid'>,
): MessageContent {
  const path = file === undefined ? source : join(dirname(manifest), file);
  const hash = createHash('sha1');
  let whole: Buffer | undefined;
  for (const piece of pieces(path, size, size <= WHOLE ? WHOLE : PIECE)) {
    hash.update(piece);
    if (size <= WHOLE) whole = piece;
  }
  const found = hash.digest('hex');
  if (found !== guid) throw new Refusal(`${path}: expected SHA-1 ${guid}, found ${found}`);
  if (size <= WHOLE) return { size, bytes: whole ?? Buffer.alloc(0) };
  return { size, pieces: () => provenPieces(path, size, guid) };
}

/** A disk that is dying gives other bytes at every read: then the last piece is not given. */
function* provenPieces(path: string, size: number, guid: string): Generator<Buffer> {
  const hash = createHash('sha1');
  let at = 0;
  for (const piece of pieces(path, size, PIECE)) {
    hash.update(piece);
    at += piece.length;
    if (at === size) {
      const found = hash.digest('hex');
      if (found !== guid) throw new Refusal(`${path}: expected SHA-1 ${guid}, found ${found} when it was read again`);
    }
    yield piece;
  }
}

/** The bytes of a file, which has so many. A piece is used before the next is asked for, unless there is but one. */
function* pieces(path: string, size: number, most: number): Generator<Buffer> {
  let fd: number | undefined;
  try {
    fd = openReadOnly(path);
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Refusal(`${path}: expected a message, found no regular file`);
    if (stat.size !== size || size > MAX_BYTES)
      throw new Refusal(`${path}: expected ${String(size)} bytes, found ${String(stat.size)}`);
    const buffer = Buffer.allocUnsafe(Math.min(size, most));
    for (let at = 0; at < size;) {
      const got = readFully(fd, buffer, 0, Math.min(buffer.length, size - at), at);
      if (got === 0) throw new Refusal(`${path}: expected ${String(size)} bytes, found ${String(at)}`);
      at += got;
      yield buffer.subarray(0, got);
    }
  } catch (cause) {
    if (cause instanceof Refusal || (cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new Refusal(`${path}: ${(cause as NodeJS.ErrnoException).code ?? ''}`, { cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
