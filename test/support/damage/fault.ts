import type { SideFiles } from './side-files.js';

/** Where a fault is, as a report has to name it. */
export interface Place {
  readonly mboxname?: string;
  readonly uid?: number;
  readonly userid?: string;
}

/** One named piece of damage to the files of a side. */
export interface Fault {
  /** What is damaged: a row group of the matrix. */
  readonly target: string;
  /** The field, or what of it. */
  readonly field: string;
  readonly verb: string;
  /**
   * `raw`: bytes changed and no more, as a disk or memory does. `sealed`: checksums over them are right again, as software
   * that writes the wrong value leaves them. Without checksums the two are one.
   */
  readonly seal: 'raw' | 'sealed' | 'none';
  readonly place: Place;
  readonly apply: (files: SideFiles) => void;
}

export const faultName = ({ target, field, verb, seal }: Fault): string =>
  `${target}: ${field} ${verb}${seal === 'none' ? '' : ` (${seal})`}`;
