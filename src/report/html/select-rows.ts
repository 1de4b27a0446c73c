import type { FindingClass } from '../../model/effects.js';
import { SIDE_NAMES, type PageData, type PageRow } from './page-data.js';

export const COLUMNS = ['class', 'where', 'uid', 'side', 'what', 'code'] as const;
export type Column = (typeof COLUMNS)[number];

/** What of the findings is to be seen, and in which order. -1 stands for all. */
export interface Query {
  readonly search: string;
  readonly classes: ReadonlySet<FindingClass>;
  readonly code: number;
  readonly side: number;
  readonly place: number;
  readonly sort: Column;
  readonly descending: boolean;
}

const UID = /\buid\s+(\d+)\b/gi;
const RANK: Readonly<Record<FindingClass, number>> = { safe: 0, admin: 1, halt: 2 };

export const EVERYTHING: Query = {
  search: '',
  classes: new Set(['halt', 'admin', 'safe']),
  code: -1,
  side: -1,
  place: -1,
  sort: 'class',
  descending: true,
};

/** Finds rows again and again, faster than by looking at each of their texts anew. */
export class RowSelector {
  /** What is searched besides codes and places, of which there are fewer. Made when somebody searches. */
  private messages: readonly string[] | undefined;
  /** Rank of each place and each code by name. */
  private readonly placeRanks: readonly number[];
  private readonly codeRanks: readonly number[];

  constructor(private readonly data: PageData) {
    this.placeRanks = ranks(data.places.map(([, name]) => name));
    this.codeRanks = ranks(data.codes.map(({ code }) => code));
  }

  /** Positions of the rows, in order. Rows that are alike stay in the order of the report. */
  select(query: Query): number[] {
    const { data } = this;
    const isFound = this.searcher(query.search);
    const found: number[] = [];
    for (const [at, row] of data.rows.entries()) {
      const [code, place, side] = row;
      if (!query.classes.has(data.codes[code]!.class)) continue;
      if (query.code >= 0 && code !== query.code) continue;
      if (query.side >= 0 && side !== query.side) continue;
      if (query.place >= 0 && place !== query.place) continue;
      if (isFound(at, row)) found.push(at);
    }
    const compare = this.comparison(query.sort);
    const sign = query.descending ? -1 : 1;
    return found.sort((a, b) => sign * compare(data.rows[a]!, data.rows[b]!) || a - b);
  }

  /** All words, in any of the texts of a row; `uid 41` is the UID itself. */
  private searcher(search: string): (at: number, row: PageRow) => boolean {
    const { codes, places, rows } = this.data;
    const uids = new Set([...search.matchAll(UID)].map(([, uid]) => Number(uid)));
    const words = search.replace(UID, ' ').toLowerCase().split(/\s+/).filter(Boolean);
    const terms = words.map((word) => ({
      word,
      codes: codes.map((code) => [code.class, code.code, code.title].join('\n').toLowerCase().includes(word)),
      places: places.map(([, name, , userid, internal]) =>
        [name, userid, internal].join('\n').toLowerCase().includes(word),
      ),
      sides: SIDE_NAMES.map((name) => name.includes(word)),
      accepted: 'accepted'.includes(word),
    }));
    const messages = words.length === 0 ? [] : (this.messages ??= rows.map((row) => row[5].toLowerCase()));
    return (at, [code, place, side, uid, , , , acceptedUntil]) =>
      (uids.size === 0 || uids.has(uid)) &&
      terms.every(
        (t) =>
          t.codes[code] ||
          t.places[place] ||
          t.sides[side] ||
          (t.accepted && acceptedUntil !== undefined) ||
          messages[at]!.includes(t.word),
      );
  }

  private comparison(column: Column): (a: PageRow, b: PageRow) => number {
    const { codes } = this.data;
    switch (column) {
      case 'class':
        return (a, b) => RANK[codes[a[0]]!.class] - RANK[codes[b[0]]!.class];
      case 'where':
        return (a, b) => this.placeRanks[a[1]]! - this.placeRanks[b[1]]!;
      case 'uid':
        return (a, b) => a[3] - b[3];
      case 'side':
        return (a, b) => a[2] - b[2];
      case 'what':
        return (a, b) => compareTexts(a[5], b[5]);
      case 'code':
        return (a, b) => this.codeRanks[a[0]]! - this.codeRanks[b[0]]!;
    }
  }
}

/** By code units, as everywhere in the report: the order is the same in every browser and language. */
const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function ranks(names: readonly string[]): number[] {
  const order = names.map((_, at) => at).sort((a, b) => compareTexts(names[a]!, names[b]!) || a - b);
  const found = new Array<number>(names.length);
  for (const [rank, at] of order.entries()) found[at] = rank;
  return found;
}
