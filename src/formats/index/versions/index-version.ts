import type { Layout } from '../../../bytes/layout.js';

/** One on-disk version of cyrus.index. */
export interface IndexVersion {
  readonly minor: number;
  /** Releases that write it by default. */
  readonly writtenBy: string;
  readonly header: Layout;
  readonly record: Layout;
}
