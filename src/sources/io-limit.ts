import { holdUp } from './hold-up.js';

/** How fast the sides may be read, by all threads together. Plain data. */
export interface IoLimit {
  readonly bytesPerSecond: number;
  /** One 64-bit number: when the bytes that were asked for so far have had their time. Unit: µs since the epoch. */
  readonly clock: SharedArrayBuffer;
}

export const newIoLimit = (bytesPerSecond: number): IoLimit => ({
  bytesPerSecond,
  clock: new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT),
});

/**
 * Books the time that `bytes` take; time that nobody used is not saved up. @param now unit: µs since the epoch
 * @returns how long to wait before more is read. Unit: µs
 */
export function bookRead({ bytesPerSecond, clock }: IoLimit, bytes: number, now: number): number {
  const booked = new BigInt64Array(clock);
  const cost = BigInt(Math.ceil((bytes * 1e6) / bytesPerSecond));
  for (;;) {
    const before = Atomics.load(booked, 0);
    const from = before > BigInt(now) ? before : BigInt(now);
    if (Atomics.compareExchange(booked, 0, before, from + cost) === before) return Number(from + cost) - now;
  }
}

let limit: IoLimit | undefined;

/** Sets the limit for whatever this thread reads from now on; undefined = none. */
export function limitReads(to: IoLimit | undefined): void {
  limit = to;
}

/** Called with every read: holds the thread up until the bytes have had their time. */
export function afterRead(bytes: number): void {
  if (limit === undefined) return;
  holdUp(bookRead(limit, bytes, Date.now() * 1000) / 1000);
}
