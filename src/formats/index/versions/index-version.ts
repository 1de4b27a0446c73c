import type { Layout } from '../../../bytes/layout.js';

/** One on-disk version of cyrus.index. */
export interface IndexVersion {
  readonly minor: number;
  /** Releases that write it by default. */
  readonly writtenBy: string;
  readonly header: Layout;
  readonly record: Layout;
  /** Releases 2.5 and 3.0 wrote a 32-bit modseq into the upper half of the 64-bit field of this version. */
  readonly modseqMayBeShifted?: boolean;
}
