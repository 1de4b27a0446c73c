import type { FindingKind } from '../findings/define.js';
import type { Report } from '../generated/report.js';

/** What reports need of the catalogue: the texts of a finding by its code. */
export type FindingTexts = Pick<
  FindingKind,
  | 'code'
  | 'class'
  | 'since'
  | 'heldOnlyBy'
  | 'title'
  | 'why'
  | 'replication'
  | 'remedy'
  | 'example'
  | 'message'
  | 'details'
>;
export type Catalogue = ReadonlyMap<string, FindingTexts>;

export interface RenderOptions {
  readonly catalogue: Catalogue;
  readonly color: boolean;
  /** Columns that running text may fill. */
  readonly width: number;
  /** Columns that no line fills that can be broken: those of a terminal. Absent where nobody looks. */
  readonly columns?: number;
}

/** A way to write a report down. It sees the report and the catalogue's texts and nothing else. */
export interface ReportFormat {
  readonly name: string;
  readonly description: string;
  readonly render: (report: Report, options: RenderOptions) => string;
  /** The same in pieces: of a server with many mailboxes it may be longer than a string can be. */
  readonly pieces?: (report: Report) => Iterable<string>;
}
