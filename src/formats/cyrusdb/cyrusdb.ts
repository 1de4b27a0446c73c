import type { FormatFault } from '../../model/fault.js';

export interface CyrusDbRow {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Key and value of one row together; more is damage, never an allocation. Cyrus holds lines of clients to far less. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** A database read in its committed view. */
export interface CyrusDb {
  readonly format: 'twoskip' | 'skiplist' | 'flat' | 'twom';
  /** Live keys as the header counts them, or as they were counted. */
  readonly count: number;
  /** Faults met so far, also while iterating: an iteration that ended early has left one here. */
  readonly faults: readonly FormatFault[];
  /** Rows in key order, from the first key that is not below `from`. Rows own their bytes. */
  rows(from?: Buffer): Generator<CyrusDbRow>;
  get(key: Buffer): Buffer | undefined;
  /** Checks every invariant of the format and returns what is wrong. */
  verify(): readonly FormatFault[];
}

/** Rows whose key begins with `prefix`, in order. */
export function* rowsWithPrefix(db: CyrusDb, prefix: Buffer): Generator<CyrusDbRow> {
  for (const row of db.rows(prefix)) {
    if (row.key.length < prefix.length || row.key.compare(prefix, 0, prefix.length, 0, prefix.length) !== 0) return;
    yield row;
  }
}
