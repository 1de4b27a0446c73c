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
  /**
   * Checks every invariant of the format and returns what is wrong.
   * @param visit is shown every live row on the way, in key order, as far as the database is sound
   */
  verify(visit?: RowVisitor): readonly FormatFault[];
  /** True once the whole file was found to have its keys in raw order. */
  readonly isKnownRaw?: boolean;
  /** Spares the look through the whole file for the order of its keys: somebody else found it raw. */
  trustRawOrder?(): void;
}

/** A row as it lies in memory: the key is `bytes[keyAt, valueAt)`, the value `bytes[valueAt, end)`. Not to be kept. */
export type RowVisitor = (bytes: Buffer, keyAt: number, valueAt: number, end: number) => void;

/** Shows `visit` every row: what a format does whose checks do not come by all rows in order. */
export function visitRows(db: CyrusDb, visit: RowVisitor | undefined): void {
  if (visit === undefined || db.faults.length > 0) return;
  for (const { key, value } of db.rows()) {
    const bytes = Buffer.concat([key, value]);
    visit(bytes, 0, key.length, bytes.length);
  }
}

/** Rows whose key begins with `prefix`, in order. */
export function* rowsWithPrefix(db: CyrusDb, prefix: Buffer): Generator<CyrusDbRow> {
  for (const row of db.rows(prefix)) {
    if (row.key.length < prefix.length || row.key.compare(prefix, 0, prefix.length, 0, prefix.length) !== 0) return;
    yield row;
  }
}
