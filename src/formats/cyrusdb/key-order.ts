/**
 * Orders in which releases and hosts have written keys: byte by byte, with improved_mboxlist_sort, and by a plain `char`
 * where that is signed. Source: lib/bsearch.c 3.2.12, 3.6.7; cyrusdb.md section 2.
 */
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

const RAW = 1;
const MBOX = 2;
const SIGNED = 4;

/** Follows the keys of a file: damage is an order that is none of those that Cyrus writes. */
export class OrderTracker {
  /** Orders that every key so far was in. */
  private holding = RAW | MBOX | SIGNED;

  /** False when no order is left in which `key` follows `previous`; from then on each break is told once. */
  accepts(previous: Buffer, key: Buffer): boolean {
    const length = Math.min(previous.length, key.length);
    let at = 0;
    while (at < length && previous[at] === key[at]) at++;
    let fits = 0;
    if (at === length) {
      if (previous.length < key.length) fits = RAW | MBOX | SIGNED;
    } else {
      const a = previous[at]!;
      const b = key[at]!;
      fits = (a < b ? RAW : 0) | (SIGNED_ORDER[a]! < SIGNED_ORDER[b]! ? SIGNED : 0);
      const order = MBOX_ORDER[a]! - MBOX_ORDER[b]!;
      if (order < 0 || (order === 0 && follows(MBOX_ORDER, previous, key, at + 1))) fits |= MBOX;
    }
    if ((this.holding & fits) === 0) return false;
    this.holding &= fits;
    return true;
  }

  /** True while the keys ascend byte by byte. */
  get isRaw(): boolean {
    return (this.holding & RAW) !== 0;
  }
}

/** True when `b` comes after `a`, of which the first `from` bytes are equal in this order. */
function follows(order: Uint8Array, a: Buffer, b: Buffer, from: number): boolean {
  const length = Math.min(a.length, b.length);
  for (let at = from; at < length; at++) {
    const difference = order[a[at]!]! - order[b[at]!]!;
    if (difference !== 0) return difference < 0;
  }
  return a.length < b.length;
}
