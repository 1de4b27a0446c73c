/** Orders in which releases and hosts have written keys. Source: lib/bsearch.c 3.2.12, 3.6.7; cyrusdb.md section 2. */
type Compare = (a: Buffer, b: Buffer) => number;

const TAB = 0x09;
const LF = 0x0a;

/** A dot sorts before everything printable, so that children follow their parent. */
const MBOX_ORDER = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0) return 0;
  if (byte === TAB || byte === LF) return 1;
  if (byte === 0x2e) return 2;
  return byte <= 8 ? byte + 2 : byte;
});

/** A plain `char` on x86. */
const SIGNED_ORDER = Int8Array.from({ length: 256 }, (_, byte) => byte);

const compareRaw: Compare = (a, b) => a.compare(b);
const compareMbox: Compare = (a, b) => compareBy(MBOX_ORDER, a, b);
const compareSigned: Compare = (a, b) => compareBy(SIGNED_ORDER, a, b);

function compareBy(order: Uint8Array | Int8Array, a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = order[a[i]!]! - order[b[i]!]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Follows the keys of a file: damage is an order that is none of those that Cyrus writes. */
export class OrderTracker {
  private readonly orders = [compareRaw, compareMbox, compareSigned].map((compare) => ({ compare, holds: true }));

  /** False when no order is left in which `key` follows `previous`; from then on each break is told once. */
  accepts(previous: Buffer, key: Buffer): boolean {
    const fits = this.orders.map(({ compare, holds }) => holds && compare(previous, key) < 0);
    if (!fits.includes(true)) return false;
    for (const [i, order] of this.orders.entries()) order.holds = fits[i]!;
    return true;
  }

  /** True while the keys ascend byte by byte. */
  get isRaw(): boolean {
    return this.orders[0]!.holds;
  }
}
