/** OrderTracker against the three orders written out one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderTracker } from '../../../src/formats/cyrusdb/key-order.js';

const byWeight =
  (weight: (byte: number) => number) =>
  (a: Buffer, b: Buffer): boolean => {
    for (const [i, byte] of a.entries()) {
      if (i === b.length) return false;
      const difference = weight(byte) - weight(b[i]!);
      if (difference !== 0) return difference < 0;
    }
    return a.length < b.length;
  };

/** Source: lib/bsearch.c 3.2.12; cyrusdb.md section 2. */
const MBOX = new Map([
  [0, 0],
  [9, 1],
  [10, 1],
  [0x2e, 2],
]);

const ORDERS = [
  byWeight((byte) => byte),
  byWeight((byte) => MBOX.get(byte) ?? (byte <= 8 ? byte + 2 : byte)),
  byWeight((byte) => (byte < 128 ? byte : byte - 256)),
];

/** What the tracker is to say of each key after the first. */
function track(keys: readonly Buffer[]): { readonly accepted: readonly boolean[]; readonly isRaw: boolean } {
  let holding = [true, true, true];
  const accepted = keys.slice(1).map((key, i) => {
    const fits = ORDERS.map((ascends, order) => holding[order]! && ascends(keys[i]!, key));
    if (!fits.includes(true)) return false;
    holding = fits;
    return true;
  });
  return { accepted, isRaw: holding[0]! };
}

// Few bytes, among them all that an order treats in its own way, so that keys begin alike.
const key = fc
  .array(fc.constantFrom(0, 1, 8, 9, 10, 11, 0x2d, 0x2e, 0x2f, 0x61, 0x7f, 0x80, 0xff), { minLength: 1, maxLength: 4 })
  .map((bytes) => Buffer.from(bytes));

const sorted = (order: number) =>
  fc.array(key, { minLength: 2, maxLength: 8 }).map((keys) => {
    const ascends = ORDERS[order]!;
    return keys.sort((a, b) => (ascends(a, b) ? -1 : ascends(b, a) ? 1 : 0));
  });

test('says of every key what the three orders say', () => {
  const keys = fc.oneof(fc.array(key, { minLength: 2, maxLength: 8 }), sorted(0), sorted(1), sorted(2));
  fc.assert(
    fc.property(keys, (all) => {
      const tracker = new OrderTracker();
      const accepted = all.slice(1).map((next, i) => tracker.accepts(all[i]!, next));
      expect({ accepted, isRaw: tracker.isRaw }).toEqual(track(all));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['raw', ['a', 'b', 'ba'], [true, true], true],
  ['a dot before a dash is improved_mboxlist_sort', ['a.', 'a-', 'a/'], [true, true], false],
  ['a dot before a dash, after raw was the only one left', ['a-', 'a.', 'a-'], [true, false], true],
  ['equal keys', ['a', 'a'], [false], true],
  ['a tab and a line feed weigh the same', ['\t\x01', '\n\x00'], [true], true],
  ['a byte above 127 first is a signed char', ['\xff', 'a', 'b'], [true, true], false],
])('%s', (_, keys, accepted, isRaw) => {
  const all = keys.map((text) => Buffer.from(text, 'latin1'));
  const tracker = new OrderTracker();
  expect(all.slice(1).map((next, i) => tracker.accepts(all[i]!, next))).toEqual(accepted);
  expect(tracker.isRaw).toBe(isRaw);
});
