import { recordOffsets, type RecordBlock, type RecordOffsets } from './scan-records.js';
import type { IndexVersion } from './versions/index-version.js';

/** The records of an index, walked in file order as often as needed. */
export interface IndexRecords {
  readonly version: IndexVersion;
  readonly blocks: () => Iterable<RecordBlock>;
}

/** Walks the records of an index one by one, decoding nothing. */
export class RecordCursor {
  block: RecordBlock | undefined;
  /** Place of the current record in its block. */
  index = 0;
  readonly offsets: RecordOffsets;
  private readonly blocks: Iterator<RecordBlock>;
  /** Records of the blocks before the current one. */
  private passed = 0;

  constructor({ version, blocks }: IndexRecords) {
    this.offsets = recordOffsets(version);
    this.blocks = blocks()[Symbol.iterator]();
  }

  /** Makes a record current; false at the end. Slots without a UID (wiped by reconstruct) are passed over. */
  load(): boolean {
    for (;;) {
      while (this.block === undefined || this.index >= this.block.count) {
        this.passed += this.block?.count ?? 0;
        const next = this.blocks.next();
        if (next.done === true) {
          this.block = undefined;
          return false;
        }
        this.block = next.value;
        this.index = 0;
      }
      if (this.uid() !== 0) return true;
      this.index++;
    }
  }

  /** Where the current record begins in its block. */
  get base(): number {
    return this.index * this.offsets.size;
  }

  /** Place of the current record among all of the index. */
  get number(): number {
    return this.passed + this.index;
  }

  uid(): number {
    return this.block!.view.getUint32(this.base + this.offsets.uid);
  }
}
