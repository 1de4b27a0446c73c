import { closeSync, fstatSync } from 'node:fs';
import { MAX_HEADER_SIZE, readIndexHeader, type ReadIndexHeader } from '../../formats/index/read-header.js';
import type { RecordBlock } from '../../formats/index/scan-records.js';
import { openReadOnly, readFailure, readFully, type ReadFailure } from '../read-only-file.js';

/** Records per block: 448 KiB of version 17. */
const BLOCK_RECORDS = 4096;
/** An index up to this size is read in one go and kept for a second pass. */
const WHOLE_FILE = 4 * 1024 * 1024;

export type OpenedIndex =
  | { readonly failure: ReadFailure; readonly index?: undefined }
  | { readonly index: IndexFile; readonly failure?: undefined };

/** A cyrus.index on disk: its header, and its records block by block, as often as needed. */
export class IndexFile {
  private constructor(
    readonly path: string,
    private readonly fd: number,
    readonly size: number,
    readonly head: ReadIndexHeader,
    private whole: Buffer | undefined,
  ) {}

  private isClosed = false;

  static open(path: string): OpenedIndex {
    let fd: number;
    try {
      fd = openReadOnly(path);
    } catch (error) {
      return { failure: readFailure(error, path) };
    }
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) {
        closeSync(fd);
        return { failure: { missing: false, reason: `${path}: not a regular file` } };
      }
      let whole: Buffer | undefined;
      let first: Buffer;
      if (stat.size <= WHOLE_FILE) {
        const bytes = takeBuffer(stat.size);
        whole = first = bytes.subarray(0, readFully(fd, bytes, 0, stat.size, 0));
      } else {
        const bytes = Buffer.allocUnsafe(MAX_HEADER_SIZE);
        first = bytes.subarray(0, readFully(fd, bytes, 0, MAX_HEADER_SIZE, 0));
      }
      const size = whole === undefined ? stat.size : whole.length;
      const index = new IndexFile(
        path,
        fd,
        size,
        readIndexHeader(first.subarray(0, MAX_HEADER_SIZE), size, path),
        whole,
      );
      return { index };
    } catch (error) {
      closeSync(fd);
      return { failure: readFailure(error, path) };
    }
  }

  /** Bytes of the file from `start` on, `length` of them when they are in memory; for a quick comparison. */
  get bytes(): Buffer | undefined {
    return this.whole;
  }

  /**
   * The records as the header counts them. The bytes of a block are valid until the next one is taken, unless the
   * index is small. A file that shrank meanwhile ends early; the totals then disagree with the header.
   */
  *blocks(): Generator<RecordBlock> {
    if (this.isClosed) throw new Error(`${this.path}: read after it was closed`);
    const { header } = this.head;
    if (header === undefined) return;
    const { recordSize, numRecords, startOffset } = header;
    const buffer = this.whole === undefined ? Buffer.allocUnsafe(BLOCK_RECORDS * recordSize) : undefined;
    for (let first = 0; first < numRecords; first += BLOCK_RECORDS) {
      const count = Math.min(BLOCK_RECORDS, numRecords - first);
      const fileOffset = startOffset + first * recordSize;
      let bytes: Buffer;
      if (buffer === undefined) {
        bytes = this.whole!.subarray(fileOffset, fileOffset + count * recordSize);
      } else {
        bytes = buffer.subarray(0, readFully(this.fd, buffer, 0, count * recordSize, fileOffset));
      }
      const got = Math.floor(bytes.length / recordSize);
      if (got > 0) {
        yield { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), count: got, fileOffset };
      }
      if (got < count) return;
    }
  }

  /** After this nothing of the index may be used: its memory goes to the next one. */
  close(): void {
    closeSync(this.fd);
    this.isClosed = true;
    if (this.whole !== undefined) spare.push(Buffer.from(this.whole.buffer, this.whole.byteOffset));
    this.whole = undefined;
    if (spare.length > MAX_SPARE) spare.shift();
  }
}

/**
 * Buffers of closed indexes. Allocating one for each index costs more than reading it: both sides of some ten thousand
 * mailboxes are opened one after the other.
 */
const spare: Buffer[] = [];
/** Both sides of a mailbox and one that is looked at meanwhile. */
const MAX_SPARE = 4;
const SMALLEST = 64 * 1024;

function takeBuffer(size: number): Buffer {
  const found = spare.findIndex(({ length }) => length >= size);
  if (found >= 0) return spare.splice(found, 1)[0]!;
  // Not from the pool of small buffers, whose memory others share.
  return Buffer.from(new ArrayBuffer(Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(Math.max(1, size))))));
}
