import { messageSize, recordOffsets, type RecordBlock, type RecordOffsets } from '../formats/index/scan-records.js';
import { FLAG_ARCHIVED, FLAG_UNLINKED } from '../model/index-file.js';
import type { MailboxDirs } from '../sources/spool/paths.js';
import type { FileCounts, Twin } from './hash-file.js';
import type { FiledMailbox } from './read-mailbox.js';

/** The file of a message, on the archive partition or not. @param flags system flags of its record */
export const messagePath = (dirs: MailboxDirs, uid: number, flags: number): string =>
  `${(flags & FLAG_ARCHIVED) !== 0 && dirs.archive !== undefined ? dirs.archive : dirs.data}/${String(uid)}.`;

const NO_BLOCKS: readonly RecordBlock[] = [];

/**
 * The message files of one side, for the check of the other one: a file with the same bytes as one whose SHA-1 was right
 * is right as well, and comparing takes a fraction of hashing.
 */
export class TwinFiles {
  private readonly proven: Uint8Array;
  private readonly blocks: Iterator<RecordBlock>;
  private readonly offsets: RecordOffsets | undefined;
  private block: RecordBlock | undefined;
  /** Place of the current record in its block, and among the records of the index. */
  private index = 0;
  private number = -1;
  private isAtEnd = false;

  constructor(
    private readonly mailbox: FiledMailbox,
    private readonly counts: FileCounts,
  ) {
    const { stream } = mailbox;
    this.proven = new Uint8Array((mailbox.totals?.records ?? 0) + 1);
    this.offsets = stream === undefined ? undefined : recordOffsets(stream.version);
    const hasGuids = this.offsets !== undefined && this.offsets.guid >= 0;
    this.blocks = (hasGuids && stream !== undefined ? stream.blocks() : NO_BLOCKS)[Symbol.iterator]();
  }

  /** The file whose record says the same. Ask in ascending order of UID; out of order there is none. */
  find(uid: number, guid: string, size: number): Twin | undefined {
    const { offsets: o } = this;
    const { dirs } = this.mailbox;
    if (o === undefined || dirs === undefined || this.isAtEnd) return undefined;
    while (this.block === undefined || this.uid(this.block, o) < uid) if (!this.next(o)) return undefined;
    const { block } = this;
    const { view, bytes } = block;
    const base = this.index * o.size;
    if (this.uid(block, o) !== uid || messageSize(view, base, o) !== size) return undefined;
    if (bytes.toString('hex', base + o.guid, base + o.guid + 20) !== guid) return undefined;
    const { number } = this;
    const path = messagePath(dirs, uid, view.getUint32(base + o.systemFlags));
    return { path, counts: this.counts, prove: () => void (this.proven[number] = 1) };
  }

  /** @param number place of the record in its index */
  isProven(number: number): boolean {
    return this.proven[number] === 1;
  }

  private uid({ view }: RecordBlock, o: RecordOffsets): number {
    return view.getUint32(this.index * o.size + o.uid);
  }

  /** Goes to the next record that has a file. */
  private next(o: RecordOffsets): boolean {
    do {
      this.number++;
      this.index++;
      while (this.block === undefined || this.index >= this.block.count) {
        const next = this.blocks.next();
        if (next.done === true) {
          this.isAtEnd = true;
          return false;
        }
        this.block = next.value;
        this.index = 0;
      }
    } while ((this.block.view.getUint32(this.index * o.size + o.systemFlags) & FLAG_UNLINKED) !== 0);
    return true;
  }
}
