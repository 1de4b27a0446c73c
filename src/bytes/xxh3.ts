/**
 * XXH3_64bits with seed 0 and the default secret: what twom calls "XXH64".
 * Own code: of the libraries of the registry, hash-wasm makes its hashers asynchronously, @node-rs/xxhash is a native
 * module for each platform, which an auditor that is copied to a mail server cannot bring along, and those in plain
 * JavaScript have XXH64 or the 128-bit form only. Source: cyrusdb.md section 7.7, which gives the vectors of the tests.
 */
const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f' +
    'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
    '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
    'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
    '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
);

const P32_1 = 0x9e3779b1n;
const P32_2 = 0x85ebca77n;
const P32_3 = 0xc2b2ae3dn;
const P64_1 = 0x9e3779b185ebca87n;
const P64_2 = 0xc2b2ae3d27d4eb4fn;
const P64_3 = 0x165667b19e3779f9n;
const P64_4 = 0x85ebca77c2b2ae63n;
const P64_5 = 0x27d4eb2f165667c5n;
const LOW_32 = 0xffffffffn;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Words of the secret at every offset. */
const WORDS: readonly bigint[] = Array.from({ length: SECRET.length - 7 }, (_, at) => SECRET.readBigUInt64LE(at));

function fold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return u64(product) ^ (product >> 64n);
}

function avalanche(h: bigint): bigint {
  const x = u64((h ^ (h >> 37n)) * 0x165667919e3779f9n);
  return x ^ (x >> 32n);
}

/** The older final step of XXH64, used for the shortest inputs. */
function avalanche64(h: bigint): bigint {
  let x = u64((h ^ (h >> 33n)) * P64_2);
  x = u64((x ^ (x >> 29n)) * P64_3);
  return x ^ (x >> 32n);
}

const rotateLeft = (h: bigint, by: bigint): bigint => u64((h << by) | (h >> (64n - by)));

/** The hash of all of `bytes`. */
export function xxh3(bytes: Buffer): bigint {
  const n = bytes.length;
  if (n <= 16) return hashShort(bytes);
  const length = u64(BigInt(n) * P64_1);
  const word = (at: number): bigint => bytes.readBigUInt64LE(at);
  const mix = (at: number, secret: number): bigint =>
    fold(word(at) ^ WORDS[secret]!, word(at + 8) ^ WORDS[secret + 8]!);
  if (n <= 128) {
    let sum = length;
    for (let i = 3; i >= 0; i--) {
      if (n > 32 * i) sum += mix(16 * i, 32 * i) + mix(n - 16 * (i + 1), 32 * i + 16);
    }
    return avalanche(u64(sum));
  }
  if (n <= 240) {
    let sum = length;
    for (let i = 0; i < 8; i++) sum += mix(16 * i, 16 * i);
    sum = avalanche(u64(sum));
    for (let i = 8; i < Math.floor(n / 16); i++) sum += mix(16 * i, 16 * (i - 8) + 3);
    return avalanche(u64(sum + mix(n - 16, 119)));
  }
  return hashLong(bytes, length);
}

function hashShort(bytes: Buffer): bigint {
  const n = bytes.length;
  if (n > 8) {
    const low = bytes.readBigUInt64LE(0) ^ WORDS[24]! ^ WORDS[32]!;
    const high = bytes.readBigUInt64LE(n - 8) ^ WORDS[40]! ^ WORDS[48]!;
    const swapped = Buffer.alloc(8);
    swapped.writeBigUInt64LE(low);
    return avalanche(u64(BigInt(n) + swapped.readBigUInt64BE(0) + high + fold(low, high)));
  }
  if (n > 3) {
    const both = BigInt(bytes.readUInt32LE(n - 4)) + (BigInt(bytes.readUInt32LE(0)) << 32n);
    let h = both ^ WORDS[8]! ^ WORDS[16]!;
    h ^= rotateLeft(h, 49n) ^ rotateLeft(h, 24n);
    h = u64(h * 0x9fb21c651e98df25n);
    h ^= (h >> 35n) + BigInt(n);
    h = u64(h * 0x9fb21c651e98df25n);
    return h ^ (h >> 28n);
  }
  if (n === 0) return avalanche64(WORDS[56]! ^ WORDS[64]!);
  const combined = ((bytes[0]! << 16) | (bytes[n >> 1]! << 24) | bytes[n - 1]! | (n << 8)) >>> 0;
  return avalanche64(BigInt(combined) ^ BigInt((SECRET.readUInt32LE(0) ^ SECRET.readUInt32LE(4)) >>> 0));
}

const STRIPE = 64;
const BLOCK = 1024;

function hashLong(bytes: Buffer, length: bigint): bigint {
  const n = bytes.length;
  const sums = BigUint64Array.of(P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1);
  const stripe = (at: number, secret: number): void => {
    for (let i = 0; i < 8; i++) {
      const data = bytes.readBigUInt64LE(at + 8 * i);
      const keyed = data ^ WORDS[secret + 8 * i]!;
      // Stored sums are taken modulo 2^64 by the array.
      sums[i ^ 1]! += data;
      sums[i]! += (keyed & LOW_32) * (keyed >> 32n);
    }
  };
  const blocks = Math.floor((n - 1) / BLOCK);
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < BLOCK / STRIPE; t++) stripe(block * BLOCK + t * STRIPE, 8 * t);
    for (let i = 0; i < 8; i++) {
      const sum = sums[i]!;
      sums[i] = (sum ^ (sum >> 47n) ^ WORDS[128 + 8 * i]!) * P32_1;
    }
  }
  const rest = Math.floor((n - 1 - blocks * BLOCK) / STRIPE);
  for (let t = 0; t < rest; t++) stripe(blocks * BLOCK + t * STRIPE, 8 * t);
  stripe(n - STRIPE, 121);
  let merged = length;
  for (let i = 0; i < 4; i++) {
    merged += fold(sums[2 * i]! ^ WORDS[11 + 16 * i]!, sums[2 * i + 1]! ^ WORDS[19 + 16 * i]!);
  }
  return avalanche(u64(merged));
}

/** The checksum of twom: the low half, and 0 for no bytes. Source: lib/twom.c, cyrus-imapd 3.13. */
export function xxh3Low32(bytes: Buffer): number {
  return bytes.length === 0 ? 0 : Number(xxh3(bytes) & LOW_32);
}
