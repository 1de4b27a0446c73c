import type { ByteSource } from './byte-source.js';

/** A line of a file, without its LF. */
export interface Line {
  readonly offset: number;
  /** The line's own memory or a part of a chunk that nothing writes to again: valid for as long as it is held. */
  readonly bytes: Buffer;
  /** False for the last line of a file that does not end in LF. */
  readonly ended: boolean;
  /** Set when the line is longer than the limit: its length in bytes; `bytes` is then its beginning. */
  readonly tooLong?: number;
}

const LF = 0x0a;
const CHUNK = 64 * 1024;

/**
 * The lines of a file of any size, a chunk at a time. Memory: a chunk and the longest line, up to `limit` bytes; a
 * longer line is passed over, and only told of.
 */
export function* readLines(source: ByteSource, limit: number): Generator<Line> {
  let start = 0;
  let held: Buffer[] = [];
  let heldLength = 0;
  for (let at = 0; at < source.size;) {
    // A copy: what a source returns may be overwritten by its next read.
    const chunk = Buffer.from(source.read(at, Math.min(CHUNK, source.size - at)));
    // The file shrank while it was read.
    if (chunk.length === 0) break;
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      yield line(start, held, heldLength, chunk.subarray(from, end), limit, true);
      held = [];
      heldLength = 0;
      from = end + 1;
      start = at + from;
    }
    if (from < chunk.length) {
      held.push(chunk.subarray(from));
      heldLength += chunk.length - from;
      if (heldLength > limit) held.length = 1;
    }
    at += chunk.length;
  }
  if (heldLength > 0) yield line(start, held, heldLength, Buffer.alloc(0), limit, false);
}

function line(
  offset: number,
  held: readonly Buffer[],
  heldLength: number,
  last: Buffer,
  limit: number,
  ended: boolean,
): Line {
  const length = heldLength + last.length;
  if (length > limit) return { offset, bytes: held[0] ?? last, ended, tooLong: length };
  return { offset, bytes: held.length === 0 ? last : Buffer.concat([...held, last]), ended };
}
