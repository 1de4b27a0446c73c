import type { FindingClass } from '../../model/effects.js';

/** What the script of the page reads. Everything in it has been made printable. Lists are short forms: rows are many. */
export interface PageData {
  readonly codes: readonly PageCode[];
  readonly places: readonly PagePlace[];
  /** Words for bit n of a row's effects. */
  readonly effects: readonly string[];
  readonly rows: readonly PageRow[];
}

/** A kind of finding that occurs. */
export interface PageCode {
  readonly code: string;
  readonly class: FindingClass;
  readonly title: string;
  readonly why?: string;
  readonly replication?: string;
  /** Absent where it would contradict the verdict. */
  readonly remedy?: string;
}

/** Names are empty where there is none; `internal` only where the name is shown decoded. */
export type PagePlace = readonly [kind: PlaceKind, name: string, uniqueid?: string, userid?: string, internal?: string];
/** `pair`: about the pair or a side as a whole. */
export type PlaceKind = 'pair' | 'mailbox' | 'user';

export type PageRow = readonly [
  code: number,
  place: number,
  side: number,
  /** -1 where the finding is about no message. */
  uid: number,
  effects: number,
  message: string,
  details?: readonly string[],
  /** Last day for which somebody accepted the finding; `details` tell why. */
  acceptedUntil?: string,
];

/** By `side` of a row; a single side goes without saying. */
export const SIDE_NAMES = ['', 'master', 'replica'] as const;

/** Which explanation, place and words belong to a row. */
export function partsOf(data: PageData, row: PageRow): { code: PageCode; place: PagePlace; side: string } {
  return { code: data.codes[row[0]]!, place: data.places[row[1]]!, side: SIDE_NAMES[row[2]] ?? '' };
}
