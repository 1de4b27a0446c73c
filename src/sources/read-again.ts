import { closeSync, constants, fstatSync, lstatSync, readSync, type Stats } from 'node:fs';
import { openReadOnly } from './read-only-file.js';

/** Bytes of a file; to its end when `length` is not given. */
export interface FileRange {
  readonly path: string;
  readonly start: number;
  readonly length?: number;
}

/** What `digest` made of the bytes when they were read once more. */
export interface SecondRead {
  /** From the disk itself, where the file system lets us. */
  readonly aroundCache: boolean;
  readonly text: string;
}

/**
 * Reads bytes once more, as always and then around the page cache. Empty when they cannot be read, or when the file was
 * changed at any time after a minute before `since`: then another value proves nothing.
 * @param since ms since the epoch, before the first read
 * @param digest gets the bytes in pieces, which are valid until the next one is taken
 */
export type ReadAgain = (
  range: FileRange,
  since: number,
  digest: (chunks: Iterable<Buffer>) => string,
) => readonly SecondRead[];

/** Covers the coarse clock of the file system, and one of a file server that is a little off. Unit: ms. */
const AT_REST = 60_000;
/** Offsets, lengths and memory of a direct read are multiples of this on every device in use. Unit: bytes. */
const ALIGNMENT = 4096;
const CHUNK = 64 * 1024;

export const readAgain: ReadAgain = (range, since, digest) => {
  const before = statOf(range.path);
  if (before === undefined || Math.max(before.mtimeMs, before.ctimeMs) > since - AT_REST) return [];
  const reads: SecondRead[] = [];
  for (const aroundCache of [false, true]) {
    const text = readOnce(range, before, aroundCache, digest);
    if (text !== undefined) reads.push({ aroundCache, text });
  }
  const after = statOf(range.path);
  return after !== undefined && isSameState(before, after) ? reads : [];
};

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Not readable any more: nothing is proven, and the first read has told what there was to tell.
    return undefined;
  }
}

function isSameState(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

function readOnce(
  { path, start, length = Infinity }: FileRange,
  before: Stats,
  aroundCache: boolean,
  digest: (chunks: Iterable<Buffer>) => string,
): string | undefined {
  const memory = alignedMemory();
  if (aroundCache && (memory === undefined || directFlag === undefined)) return undefined;
  let fd: number | undefined;
  try {
    fd = openReadOnly(path, aroundCache ? directFlag : 0);
    if (!isSameState(before, fstatSync(fd))) return undefined;
    return digest(chunksOf(fd, start, start + length, memory ?? Buffer.allocUnsafeSlow(CHUNK)));
  } catch {
    // tmpfs and some others refuse O_DIRECT with EINVAL, when it is opened or when it is read.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function* chunksOf(fd: number, start: number, end: number, memory: Buffer): Generator<Buffer> {
  for (let at = start - (start % ALIGNMENT); at < end; at += memory.length) {
    const got = readSync(fd, memory, 0, memory.length, at);
    const piece = memory.subarray(Math.max(0, start - at), Math.max(0, Math.min(got, end - at)));
    if (piece.length > 0) yield piece;
    if (got < memory.length) return;
  }
}

/** Linux has it; Node's types claim it everywhere. */
const directFlag = (constants as { readonly O_DIRECT?: number }).O_DIRECT;

/** The part of WebAssembly that is used; Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
}

let aligned: Buffer | undefined;

/** Node promises no alignment of a Buffer; the memory of WebAssembly begins at a page. */
function alignedMemory(): Buffer | undefined {
  const api = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
  if (api === undefined) return undefined;
  aligned ??= Buffer.from(new api.Memory({ initial: 1, maximum: 1 }).buffer, 0, CHUNK);
  return aligned;
}
