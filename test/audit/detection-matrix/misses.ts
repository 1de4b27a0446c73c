import type { View } from './detect.js';

/** Why a fault is not seen. */
export interface Miss {
  /** Of names of faults. */
  readonly faults: RegExp;
  /** undefined = all. */
  readonly views?: readonly View[];
  readonly reason: string;
}

/** The first that fits counts. */
export const MISSES: readonly Miss[] = [{ faults: /./, reason: 'Not looked at yet.' }];

/** Findings that name another place than the damaged one, and are right to. */
export const ALSO_NAMED: readonly { readonly faults: RegExp; readonly said: RegExp; readonly reason: string }[] = [];
