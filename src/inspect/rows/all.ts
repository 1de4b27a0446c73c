import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import { annotationRows, messageAnnotationRows } from './annotation-rows.js';
import { mailboxRows } from './mailbox-rows.js';
import type { RowKind } from './row-kind.js';
import { deliverRows, otherRows, ptscacheRows, statuscacheRows, syncCacheRows, tlsSessionRows } from './server-rows.js';
import { conversationRows, quotaRows, seenRows, subscriptionRows } from './user-rows.js';

/** In the order in which rows are asked what they are: a kind that is hard to mistake comes before one that is easy. */
const ROW_KINDS: readonly RowKind[] = [
  conversationRows,
  syncCacheRows,
  quotaRows,
  messageAnnotationRows,
  annotationRows,
  statuscacheRows,
  seenRows,
  mailboxRows,
  subscriptionRows,
  deliverRows,
  tlsSessionRows,
  ptscacheRows,
];

/** Rows that are asked when the name says nothing. */
const SAMPLE = 16;

export function rowKindByName(name: string): RowKind | undefined {
  return ROW_KINDS.find((kind) => kind.name?.test(name) === true);
}

/** The kind that all of the first rows are of; with none, or none that fits, they are shown as they are. */
export function rowKindByContent(rows: Iterable<CyrusDbRow>): RowKind {
  const sample: CyrusDbRow[] = [];
  for (const row of rows) {
    sample.push(row);
    if (sample.length === SAMPLE) break;
  }
  if (sample.length === 0) return otherRows;
  return ROW_KINDS.find(({ isRow }) => isRow !== undefined && sample.every(isRow)) ?? otherRows;
}
