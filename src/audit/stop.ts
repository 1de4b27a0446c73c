/** Ends an audit before it is done: by the caller's signal, whose reason is told, or when its time is over. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Ends the clock. */
  close(): void;
}

/** @param maxSeconds undefined = as long as it takes */
export function makeStop(signal: AbortSignal | undefined, maxSeconds: number | undefined): Stop {
  const clock = new AbortController();
  const timer =
    maxSeconds === undefined
      ? undefined
      : setTimeout(() => {
          clock.abort(`the time limit of ${String(maxSeconds)} s was over`);
        }, maxSeconds * 1000);
  return {
    signal: signal === undefined ? clock.signal : AbortSignal.any([signal, clock.signal]),
    close: () => {
      clearTimeout(timer);
    },
  };
}

/** Why nothing more was done, for a report. @param again what is left out was looked at before */
export const whyStopped = ({ reason }: AbortSignal, again = false): string =>
  `not looked at${again ? ' again' : ''}: ${typeof reason === 'string' ? reason : 'the audit was stopped'}`;

/** Resolves with the first of the two: the work, or the end of the audit. */
export async function untilStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let onAbort = (): void => undefined;
  const stopped = new Promise<undefined>((resolve) => {
    onAbort = () => {
      resolve(undefined);
    };
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
