import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import type { Decoded, FormatFault } from '../../model/fault.js';
import type { InspectFormat } from '../../generated/inspect.js';
import { bytesToText, faultItem, fieldsOf, type About, type Item } from '../inspection.js';

export type DecodeRow = (row: CyrusDbRow) => Iterable<Item>;

/** What the rows of one kind of database mean. */
export interface RowKind {
  readonly format: InspectFormat;
  /** The names that Cyrus gives such files, with what it appends to them. */
  readonly name?: RegExp;
  /** Tells a row of this kind from those of any other; only asked for files whose names say nothing. */
  readonly isRow?: (row: CyrusDbRow) => boolean;
  /** Version and writer, as the first rows tell. */
  readonly about?: (rows: Iterable<CyrusDbRow>) => Pick<About, 'formatVersion' | 'writtenBy'>;
  /** A decoder for one file, which takes its rows in their order. */
  readonly decoder: (file: string, about: Pick<About, 'formatVersion' | 'writtenBy'>) => DecodeRow;
}

/** What was decoded as one item, followed by its faults, which name the row. */
export function* decodedRow(
  row: CyrusDbRow,
  start: Item,
  { value, faults }: Decoded<object>,
  extra: Readonly<Record<string, string>> = {},
): Generator<Item> {
  if (value !== undefined) yield { ...start, ...fieldsOf(value), ...extra };
  yield* rowFaults(row, faults);
}

export function* rowFaults({ key }: CyrusDbRow, faults: readonly FormatFault[]): Generator<Item> {
  // The offset of a fault in a value is none in the file.
  for (const { offset: _, ...fault } of faults) yield { ...faultItem(fault), key: bytesToText(key) };
}

/** A row of no known meaning. */
export function plainRow({ key, value }: CyrusDbRow): Item {
  return { type: 'row', key: bytesToText(key), value: bytesToText(value) };
}
