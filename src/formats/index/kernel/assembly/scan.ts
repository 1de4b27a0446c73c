/**
 * The sound path of `scanRecords` (../../scan-records.ts) for records of versions 10 to 19, in AssemblyScript:
 * it needs no warming up, which is most of what a small audit costs. Whatever is not plainly sound is left to the twin.
 * Memory is laid out by hand; ../scan-kernel.ts names the same places.
 */

const CONFIG: usize = 1024;
const OUT: usize = 2048;
const SCRATCH: usize = 2304;
const USER_FLAG_CRCS: usize = 2560;
const TEXTS: usize = 3072;
const CRC_TABLES: usize = 4096;
const DIGITS: usize = 20480;

const TEXT_SIZE: usize = 64;
const EXPUNGED: u32 = 0x80000000;
const UNLINKED: u32 = 0x40000000;
const NEEDS_CLEANUP: u32 = 0x10000000;
/** Modseqs beyond it are not exact in the twin. */
const MAX_SAFE: u64 = 9007199254740991;

@inline function config(i: usize): i32 { return load<i32>(CONFIG + (i << 2)); }
/** A word of its own: cast from the signed one above, the compiler widens it with its sign. */
@inline function unsignedConfig(i: usize): u32 { return load<u32>(CONFIG + (i << 2)); }
@inline function u32At(at: usize): u32 { return bswap<u32>(load<u32>(at)); }
@inline function u64At(at: usize): u64 { return bswap<u64>(load<u64>(at)); }
@inline function table(n: usize, byte: u32): u32 { return load<u32>(CRC_TABLES + (n << 10) + (<usize>byte << 2)); }

/** Fills the tables; to be called once. */
export function init(): void {
  for (let n: u32 = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    store<u32>(CRC_TABLES + (<usize>n << 2), c);
  }
  for (let n: usize = 0; n < 256; n++) {
    let c = load<u32>(CRC_TABLES + (n << 2));
    for (let k: usize = 1; k < 16; k++) {
      c = table(0, c & 255) ^ (c >>> 8);
      store<u32>(CRC_TABLES + (k << 10) + (n << 2), c);
    }
  }
  for (let n: u32 = 0; n < 100; n++) {
    store<u8>(DIGITS + (<usize>n << 1), <u8>(48 + n / 10));
    store<u8>(DIGITS + (<usize>n << 1) + 1, <u8>(48 + n % 10));
  }
}

/** CRC-32 of `[from, to)`. */
export function crc32(from: usize, to: usize): u32 {
  let c: u32 = 0xffffffff;
  let at = from;
  for (; at + 16 <= to; at += 16) {
    const a = c ^ load<u32>(at);
    const b = load<u32>(at, 4);
    const d = load<u32>(at, 8);
    const e = load<u32>(at, 12);
    c =
      table(15, a & 255) ^ table(14, (a >>> 8) & 255) ^ table(13, (a >>> 16) & 255) ^ table(12, a >>> 24) ^
      table(11, b & 255) ^ table(10, (b >>> 8) & 255) ^ table(9, (b >>> 16) & 255) ^ table(8, b >>> 24) ^
      table(7, d & 255) ^ table(6, (d >>> 8) & 255) ^ table(5, (d >>> 16) & 255) ^ table(4, d >>> 24) ^
      table(3, e & 255) ^ table(2, (e >>> 8) & 255) ^ table(1, (e >>> 16) & 255) ^ table(0, e >>> 24);
  }
  for (; at < to; at++) c = table(0, (c ^ load<u8>(at)) & 255) ^ (c >>> 8);
  return ~c;
}

/** Writes decimal digits at `at` and returns where they end. */
function putDecimal(at: usize, value: u64): usize {
  let length: usize = 1;
  for (let limit: u64 = 10; length < 20 && value >= limit; limit *= 10) {
    length++;
    if (length == 20) break;
  }
  let end = at + length;
  let rest = value;
  while (rest >= 100) {
    const next = rest / 100;
    end -= 2;
    store<u16>(end, load<u16>(DIGITS + (<usize>(rest - next * 100) << 1)));
    rest = next;
  }
  if (rest >= 10) store<u16>(end - 2, load<u16>(DIGITS + (<usize>rest << 1)));
  else store<u8>(end - 1, <u8>(48 + rest));
  return at + length;
}

@inline function hexDigit(value: u32): u8 { return <u8>(value < 10 ? 48 + value : 87 + value); }

/** The term of a virtual annotation: uid, its text with two spaces behind, and a number. */
function annotation(uid: u32, text: usize, value: u64): u32 {
  const from = putDecimal(SCRATCH, uid);
  const length: usize = load<u8>(TEXTS + text * TEXT_SIZE);
  memory.copy(from, TEXTS + text * TEXT_SIZE + 1, length);
  return crc32(SCRATCH, putDecimal(from + length, value));
}

/** The same with a number in hexadecimal. */
function hexAnnotation(uid: u32, text: usize, value: u64, padded: bool): u32 {
  let at = putDecimal(SCRATCH, uid);
  const length: usize = load<u8>(TEXTS + text * TEXT_SIZE);
  memory.copy(at, TEXTS + text * TEXT_SIZE + 1, length);
  at += length;
  let shift: i32 = padded ? 60 : 60 - (<i32>clz<u64>(value) & ~3);
  for (; shift >= 0; shift -= 4) store<u8>(at++, hexDigit(<u32>(value >>> shift) & 15));
  return crc32(SCRATCH, at);
}

/** Adds up `count` records at `from`; false = the twin has to look. Results are behind OUT. */
export function scan(from: usize, count: u32): bool {
  const size: usize = config(0);
  const uidAt: usize = config(1);
  const internaldateAt: usize = config(2);
  const sizeAt: usize = config(3);
  const lastUpdatedAt: usize = config(4);
  const systemFlagsAt: usize = config(5);
  const userFlagsAt: usize = config(6);
  const savedateAt = config(7);
  const guidAt: usize = config(8);
  const modseqAt: usize = config(9);
  const cidAt = config(10);
  const createdmodseqAt = config(11);
  const basecidAt = config(12);
  const crcAt = config(13);
  const headerSizeAt: usize = config(18);
  const legalFlags = unsignedConfig(14);
  const lastUid = unsignedConfig(15);
  const highestmodseq = (<u64>unsignedConfig(16) << 32) | <u64>unsignedConfig(17);

  let exists: u32 = 0, answered: u32 = 0, flagged: u32 = 0, deleted: u32 = 0, unseen: u32 = 0, expunged: u32 = 0, archived: u32 = 0;
  let quota: u64 = 0, quotaDeleted: u64 = 0, quotaExpunged: u64 = 0;
  let crcBasic: u32 = 0, crcAnnot: u32 = 0, crcAnnotPadded: u32 = 0;
  let maxUid: u32 = 0;
  let maxModseq: u64 = 0;

  for (let i: u32 = 0; i < count; i++, from += size) {
    if (crcAt >= 0 && crc32(from, from + <usize>crcAt) != u32At(from + <usize>crcAt)) return false;
    const uid = u32At(from + uidAt);
    const flags = u32At(from + systemFlagsAt);
    if (uid <= maxUid || uid > lastUid || (flags & ~legalFlags) != 0) return false;
    maxUid = uid;
    const modseq = u64At(from + modseqAt);
    if (modseq > highestmodseq || modseq > MAX_SAFE) return false;
    if (modseq > maxModseq) maxModseq = modseq;
    if ((flags & UNLINKED) != 0 && (flags & EXPUNGED) == 0) return false;
    if ((flags & NEEDS_CLEANUP) != 0 && (flags & UNLINKED) == 0) return false;
    const messageSize = u32At(from + sizeAt);
    if (u32At(from + headerSizeAt) > messageSize) return false;
    let createdmodseq: u64 = 0;
    if (createdmodseqAt >= 0) {
      createdmodseq = u64At(from + <usize>createdmodseqAt);
      if (createdmodseq > MAX_SAFE || (createdmodseq > modseq && modseq > 0)) return false;
    }
    const guid = from + guidAt;
    if ((load<u64>(guid) | load<u64>(guid, 8) | <u64>load<u32>(guid, 16)) == 0) return false;

    let xor: u32 = 0;
    for (let bit: u32 = 0; bit < 5; bit++) if ((flags >>> bit) & 1) xor ^= unsignedConfig(20 + bit);
    for (let word: u32 = 0; word < 4; word++) {
      let bits = u32At(from + userFlagsAt + (<usize>word << 2));
      // A bit without a name.
      if ((bits & ~(unsignedConfig(26 + word))) != 0) return false;
      while (bits != 0) {
        const bit = ctz<u32>(bits);
        bits &= bits - 1;
        xor ^= load<u32>(USER_FLAG_CRCS + ((<usize>word * 32 + <usize>bit) << 2));
      }
    }
    if ((flags & EXPUNGED) != 0) {
      expunged++;
      if ((flags & UNLINKED) == 0) quotaExpunged += <u64>messageSize;
      continue;
    }
    exists++;
    answered += flags & 1;
    flagged += (flags >>> 1) & 1;
    deleted += (flags >>> 2) & 1;
    unseen += ((flags >>> 4) & 1) ^ 1;
    archived += (flags >>> 29) & 1;
    quota += <u64>messageSize;
    if ((flags & 4) != 0) quotaDeleted += <u64>messageSize;

    let at = putDecimal(SCRATCH, uid);
    store<u8>(at++, 32);
    at = putDecimal(at, modseq);
    store<u8>(at++, 32);
    at = putDecimal(at, u32At(from + lastUpdatedAt));
    store<u16>(at, 0x2820);
    at = putDecimal(at + 2, xor);
    store<u16>(at, 0x2029);
    at = putDecimal(at + 2, u32At(from + internaldateAt));
    store<u8>(at++, 32);
    for (let g: usize = 0; g < 20; g++) {
      const byte: u32 = load<u8>(guid + g);
      store<u8>(at, hexDigit(byte >>> 4));
      store<u8>(at, hexDigit(byte & 15), 1);
      at += 2;
    }
    crcBasic ^= crc32(SCRATCH, at);

    let common: u32 = 0;
    if (savedateAt >= 0) {
      const savedate = u32At(from + <usize>savedateAt);
      if (savedate != 0) common ^= annotation(uid, 0, savedate);
    }
    if (createdmodseq != 0) common ^= annotation(uid, 1, createdmodseq);
    if (basecidAt >= 0) {
      const basecid = u64At(from + <usize>basecidAt);
      if (basecid != 0) common ^= hexAnnotation(uid, 3, basecid, true);
    }
    crcAnnot ^= common;
    crcAnnotPadded ^= common;
    if (cidAt >= 0) {
      const cid = u64At(from + <usize>cidAt);
      if (cid != 0) {
        crcAnnotPadded ^= hexAnnotation(uid, 2, cid, true);
        crcAnnot ^= hexAnnotation(uid, 2, cid, false);
      }
    }
  }
  store<u32>(OUT, exists);
  store<u32>(OUT, answered, 4);
  store<u32>(OUT, flagged, 8);
  store<u32>(OUT, deleted, 12);
  store<u32>(OUT, unseen, 16);
  store<u32>(OUT, expunged, 20);
  store<u32>(OUT, archived, 24);
  store<u32>(OUT, crcBasic, 28);
  store<u32>(OUT, crcAnnot, 32);
  store<u32>(OUT, crcAnnotPadded, 36);
  store<u32>(OUT, maxUid, 40);
  store<f64>(OUT, <f64>quota, 48);
  store<f64>(OUT, <f64>maxModseq, 56);
  store<f64>(OUT, <f64>quotaDeleted, 64);
  store<f64>(OUT, <f64>quotaExpunged, 72);
  return true;
}
