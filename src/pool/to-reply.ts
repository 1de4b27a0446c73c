import type { UnitResult } from '../audit/unit-result.js';
import { whatFailed } from '../model/audit-error.js';
import { packResult } from './pack-findings.js';

/** Wraps a task so that what it throws comes back as data: an Error loses its class and fields between threads. */
export function toReply<I, O>(run: (input: I) => O) {
  return (input: I): { readonly ok: true; readonly result: O } | { readonly ok: false; readonly reason: string } => {
    try {
      return { ok: true, result: run(input) };
    } catch (error) {
      return { ok: false, reason: whatFailed(error) };
    }
  };
}

/** The same for a reply that goes to another thread. */
export const toPackedReply = <I>(run: (input: I) => UnitResult) => toReply((input: I) => packResult(run(input)));
