/**
 * The sound path of `scanRecords` (../../scan-records.ts) for records of versions 10 to 19, in AssemblyScript:
 * it needs no warming up, which is most of what a small audit costs. Whatever is not plainly sound is left to the twin.
 * Memory is laid out by hand; ../scan-kernel.ts names the same places.
 */

const CONFIG: usize = 1024;
const OUT: usize = 2048;
const USER_FLAG_CRCS: usize = 2560;
const TEXTS: usize = 3072;
const CRC_TABLES: usize = 4096;
/** CRCs of 0, 1, 2 ... zero bytes. */
const ZERO_CRCS: usize = 20480;
/** 16 bytes of zeros, and 16 of ones. */
const MASK: usize = 21504;
/** The text that a sum of terms comes down to. */
const SUM_TEXT: usize = 21568;
const PLANES: usize = 24576;
/** From here on everything is zero when a scan begins. */
const SUMS: usize = 28672;

const TEXT_SIZE: usize = 64;
/** No term is longer: a basic one has 144 bytes at most. Unit: bytes. */
const LONGEST: usize = 160;
/** A sum of terms: 16 bytes for each distance from the end, and whether the terms of a length are odd in number. */
const LENGTHS: usize = LONGEST << 4;
/** For each text, and each length of a value behind it, the same. */
const TEXT_COUNTS: usize = LENGTHS + LONGEST;
const SUM_SIZE: usize = TEXT_COUNTS + (4 << 5);
const BASIC: usize = SUMS;
const ANNOT: usize = BASIC + SUM_SIZE;
const UNPADDED: usize = ANNOT + SUM_SIZE;
const PADDED: usize = UNPADDED + SUM_SIZE;
const SUMS_SIZE: usize = 4 * SUM_SIZE;
/** Below it, a CRC for each record costs less than the planes do. */
const LEAST_FOR_PLANES: u32 = 64;
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
  let zeros: u32 = 0xffffffff;
  for (let n: usize = 0; n <= LONGEST; n++) {
    store<u32>(ZERO_CRCS + (n << 2), ~zeros);
    zeros = table(0, zeros & 255) ^ (zeros >>> 8);
  }
  v128.store(MASK, i64x2(-1, -1), 16);
}

/** CRC-32 of `[from, to)`, from a state and without the last inversion: with the state 0 it is linear. */
function crcState(state: u32, from: usize, to: usize): u32 {
  let c = state;
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
  return c;
}

@inline function crc32(from: usize, to: usize): u32 { return ~crcState(0xffffffff, from, to); }

/*
 * Terms are CRCs of texts, of which only the XOR counts. A CRC is linear but for a constant that depends on the length, so
 * the texts are XORed with their ends at one place, and the CRC is computed of the result. Texts come in pieces of up to 16
 * bytes. Those that end at the same distance from the end of their text add up in one place of their own: bytes that were
 * written one way and are read another way make the processor wait.
 */

/** Digits of what was written last. */
let digits: usize = 0;

/** Makes characters of four groups of four digits; at the end of the vector, with zeros before the first digit. */
@inline function fourGroups(groups: v128): v128 {
  const hundreds = i32x4.shr_u(i32x4.mul(groups, i32x4.splat(5243)), 19);
  const pairs = v128.or(hundreds, i32x4.shl(i32x4.sub(groups, i32x4.mul(hundreds, i32x4.splat(100))), 16));
  const tens = i16x8.shr_u(i16x8.mul(pairs, i16x8.splat(103)), 10);
  const values = v128.or(tens, i16x8.shl(i16x8.sub(pairs, i16x8.mul(tens, i16x8.splat(10))), 8));
  const zeros = <usize>ctz<i32>(i8x16.bitmask(i8x16.ne(values, i8x16.splat(0))) | 0x8000);
  digits = 16 - zeros;
  return v128.and(v128.or(values, i8x16.splat(48)), v128.load(MASK + 16 - zeros));
}

@inline function decimal(value: u32): v128 {
  const top = value / 100000000;
  const rest = value - top * 100000000;
  const middle = rest / 10000;
  return fourGroups(i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(0), 1, top), 2, middle), 3, rest - middle * 10000));
}

/** Of a value of at most 16 digits. */
function longDecimal(value: u64): v128 {
  if (value <= 0xffffffff) return decimal(<u32>value);
  const top = value / 100000000;
  const rest = <u32>(value - top * 100000000);
  const high = <u32>top / 10000;
  const middle = rest / 10000;
  let groups = i32x4.splat(high);
  groups = i32x4.replace_lane(groups, 1, <u32>top - high * 10000);
  groups = i32x4.replace_lane(groups, 2, middle);
  return fourGroups(i32x4.replace_lane(groups, 3, rest - middle * 10000));
}

/** The 16 hexadecimal digits of the 8 bytes at the beginning of a vector. */
@inline function hexadecimal(bytes: v128): v128 {
  const high = v128.and(i8x16.shr_u(bytes, 4), i8x16.splat(15));
  const low = v128.and(bytes, i8x16.splat(15));
  const nibbles = v128.shuffle<u8>(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return v128.swizzle(i8x16(48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102), nibbles);
}

/** Adds a piece that ends so many bytes before the end of its text. */
@inline function add(sum: usize, distance: usize, piece: v128): void {
  const at = sum + (distance << 4);
  v128.store(at, v128.xor(v128.load(at), piece));
}

@inline function toggle(at: usize): void { store<u8>(at, load<u8>(at) ^ 1); }

/** Adds what stands before the value of a virtual annotation: the uid, and the text between both. */
@inline function addAnnotation(sum: usize, text: usize, length: usize, uid: v128, uidDigits: usize): void {
  const textLength: usize = load<u8>(TEXTS + text * TEXT_SIZE);
  toggle(sum + TEXT_COUNTS + (text << 5) + length);
  add(sum, length + textLength, uid);
  toggle(sum + LENGTHS + length + textLength + uidDigits);
}

/** The XOR of all terms of a sum. */
function finish(sum: usize): u32 {
  // What is before it stays zero, as no text is as long.
  memory.fill(SUM_TEXT - 16, 0, LONGEST + 16);
  const end = SUM_TEXT + LONGEST;
  for (let distance: usize = 0; distance < LONGEST; distance++) {
    const at = end - 16 - distance;
    v128.store(at, v128.xor(v128.load(at), v128.load(sum + (distance << 4))));
  }
  for (let text: usize = 0; text < 4; text++) {
    const length: usize = load<u8>(TEXTS + text * TEXT_SIZE);
    for (let distance: usize = 1; distance <= 16; distance++) {
      if (load<u8>(sum + TEXT_COUNTS + (text << 5) + distance) == 0) continue;
      const at = end - distance - length;
      for (let i: usize = 0; i < length; i++) store<u8>(at + i, load<u8>(at + i) ^ load<u8>(TEXTS + text * TEXT_SIZE + 1 + i));
    }
  }
  let crc = crcState(0, SUM_TEXT, end);
  for (let length: usize = 0; length < LONGEST; length++)
    if (load<u8>(sum + LENGTHS + length) != 0) crc ^= load<u32>(ZERO_CRCS + (length << 2));
  return crc;
}

/**
 * True when no record of many has a bad CRC. Record i counts alpha^i times, in the field of 2^32 elements that
 * x^32 + x^22 + x^2 + x + 1 makes: a plane for each power of x, renamed at each step. Up to two bad records are always
 * found, more of them but for one case in 2^32.
 */
function areSealed(from: usize, count: u32, size: usize, crcAt: usize): bool {
  memory.fill(PLANES, 0, 32 << 7);
  const end = (crcAt + 4 + 15) & ~15;
  let base: usize = 0;
  /** The same sum of ones. */
  let ones: u32 = 0;
  for (let i: u32 = 0; i < count; i++, from += size) {
    base = (base - 1) & 31;
    const p0 = PLANES + (base << 7);
    const p1 = PLANES + (((base + 1) & 31) << 7);
    const p2 = PLANES + (((base + 2) & 31) << 7);
    const p22 = PLANES + (((base + 22) & 31) << 7);
    for (let at: usize = 0; at < end; at += 16) {
      const top = v128.load(p0 + at);
      v128.store(p0 + at, v128.xor(top, v128.load(from + at)));
      v128.store(p1 + at, v128.xor(v128.load(p1 + at), top));
      v128.store(p2 + at, v128.xor(v128.load(p2 + at), top));
      v128.store(p22 + at, v128.xor(v128.load(p22 + at), top));
    }
    ones = (ones << 1) ^ (ones >>> 31 ? 0x00400007 : 0) ^ 1;
  }
  const ofZeros = load<u32>(ZERO_CRCS + (crcAt << 2));
  for (let power: usize = 0; power < 32; power++) {
    const plane = PLANES + (((base + power) & 31) << 7);
    const crc = crcState(0, plane, plane + crcAt) ^ ((ones >>> <u32>power) & 1 ? ofZeros : 0);
    if (crc != u32At(plane + crcAt)) return false;
  }
  return true;
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
  let maxUid = unsignedConfig(19);
  let maxModseq: u64 = 0;
  let guids0 = i64x2(0, 0), guids1 = i64x2(0, 0), guids2 = i64x2(0, 0), internaldates = i64x2(0, 0);
  let values = i64x2(0, 0), padded = i64x2(0, 0), unpadded = i64x2(0, 0);
  const CLOSE = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 41, 32);
  const OPEN = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 40);
  const SPACE = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32);

  memory.fill(SUMS, 0, SUMS_SIZE);
  const isEachChecked = crcAt >= 0 && count < LEAST_FOR_PLANES;
  if (crcAt >= 0 && !isEachChecked && !areSealed(from, count, size, crcAt)) return false;
  for (let i: u32 = 0; i < count; i++, from += size) {
    if (isEachChecked && crc32(from, from + <usize>crcAt) != u32At(from + <usize>crcAt)) return false;
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

    // `uid modseq last_updated (flags) internaldate guid`, from its end.
    const guid16 = v128.load(guid);
    guids0 = v128.xor(guids0, hexadecimal(guid16));
    guids1 = v128.xor(guids1, hexadecimal(v128.shuffle<u64>(guid16, guid16, 1, 0)));
    guids2 = v128.xor(guids2, hexadecimal(v128.load32_zero(guid, 16)));
    internaldates = v128.xor(internaldates, decimal(u32At(from + internaldateAt)));
    let distance: usize = 41 + digits;
    add(BASIC, distance, CLOSE);
    const flagsText = decimal(xor);
    add(BASIC, distance + 2, flagsText);
    distance += 2 + digits;
    add(BASIC, distance, OPEN);
    const lastUpdated = decimal(u32At(from + lastUpdatedAt));
    add(BASIC, distance + 2, lastUpdated);
    distance += 2 + digits;
    add(BASIC, distance, SPACE);
    const modseqText = longDecimal(modseq);
    const modseqDigits = digits;
    add(BASIC, distance + 1, modseqText);
    distance += 1 + modseqDigits;
    add(BASIC, distance, SPACE);
    const uidText = decimal(uid);
    const uidDigits = digits;
    add(BASIC, distance + 1, uidText);
    toggle(BASIC + LENGTHS + distance + 1 + uidDigits);

    if (savedateAt >= 0) {
      const savedate = u32At(from + <usize>savedateAt);
      if (savedate != 0) {
        values = v128.xor(values, decimal(savedate));
        addAnnotation(ANNOT, 0, digits, uidText, uidDigits);
      }
    }
    if (createdmodseq != 0) {
      if (createdmodseq == modseq) {
        values = v128.xor(values, modseqText);
        digits = modseqDigits;
      } else {
        values = v128.xor(values, longDecimal(createdmodseq));
      }
      addAnnotation(ANNOT, 1, digits, uidText, uidDigits);
    }
    if (basecidAt >= 0) {
      const basecid = v128.load64_zero(from + <usize>basecidAt);
      if (v128.any_true(basecid)) {
        values = v128.xor(values, hexadecimal(basecid));
        addAnnotation(ANNOT, 3, 16, uidText, uidDigits);
      }
    }
    if (cidAt >= 0) {
      const cid = u64At(from + <usize>cidAt);
      if (cid != 0) {
        const text = hexadecimal(v128.load64_zero(from + <usize>cidAt));
        padded = v128.xor(padded, text);
        addAnnotation(PADDED, 2, 16, uidText, uidDigits);
        const zeros = <usize>clz<u64>(cid) >> 2;
        unpadded = v128.xor(unpadded, v128.and(text, v128.load(MASK + 16 - zeros)));
        addAnnotation(UNPADDED, 2, 16 - zeros, uidText, uidDigits);
      }
    }
  }
  add(BASIC, 24, guids0);
  add(BASIC, 8, guids1);
  // Of eight characters and eight that stand for nothing, the first ones count.
  add(BASIC, 0, v128.shuffle<u64>(i64x2(0, 0), guids2, 0, 2));
  if (exists & 1) add(BASIC, 40, SPACE);
  add(BASIC, 41, internaldates);
  add(ANNOT, 0, values);
  add(PADDED, 0, padded);
  add(UNPADDED, 0, unpadded);
  const crcBasic = finish(BASIC);
  const common = finish(ANNOT);
  const crcAnnotPadded = common ^ finish(PADDED);
  const crcAnnot = common ^ finish(UNPADDED);
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
