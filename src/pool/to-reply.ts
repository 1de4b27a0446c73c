import { whatFailed } from '../model/audit-error.js';

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
