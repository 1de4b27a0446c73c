/** Readers with the faults that fuzzing is there to find. */
import type { Outcome, ReaderUnderTest } from './reader-under-test.js';

const SEED = Buffer.from('length 00000012');

const planted = (name: string, misread: () => Outcome): ReaderUnderTest => ({
  name,
  seeds: () => [SEED],
  // Only some of the inputs reach the fault.
  read: (bytes) => (bytes.length < SEED.length ? misread() : { value: bytes, faults: [] }),
});

export const readers: readonly ReaderUnderTest[] = [
  planted('exception', () => {
    throw new RangeError('planted');
  }),
  planted('hang', () => {
    for (;;) continue;
  }),
  planted('allocation', () => ({ value: Buffer.allocUnsafe(2 * 1024 * 1024), faults: [] })),
  planted('memory', () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(100_000).fill(kept.length));
  }),
  planted('silence', () => ({ faults: [] })),
  planted('long-text', () => ({ faults: [{ code: 'db-magic', file: 'f', actual: 'x'.repeat(100_000) }] })),
];
