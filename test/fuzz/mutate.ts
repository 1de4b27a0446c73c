/** Damage as disks, crashes and an enemy do it, decided by a seed. */
import type { Random } from '../support/random.js';

/** Changes bytes that are its own, or gives others. */
type Mutation = (bytes: Buffer, random: Random, context: MutationContext) => Buffer;

export interface MutationContext {
  /** Files of the same kind, to take parts from. */
  readonly others: readonly Buffer[];
  /** Bytes that mean something in the format. */
  readonly tokens: readonly Buffer[];
}

const MAX_GROWTH = 64 * 1024;

/** A copy of `seed` with one to six mutations. */
export function mutate(seed: Buffer, random: Random, context: MutationContext): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  const count = random.weighted(COUNTS);
  for (let i = 0; i < count; i++) bytes = random.weighted(MUTATIONS)(bytes, random, context);
  return bytes;
}

const COUNTS: readonly (readonly [number, number])[] = [
  [6, 1],
  [4, 2],
  [2, 3],
  [1, 6],
];

const flipBit: Mutation = (bytes, random) => {
  if (bytes.length > 0) bytes[random.int(bytes.length)]! ^= 1 << random.int(8);
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  if (bytes.length > 0) bytes[random.int(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(256)]);
  return bytes;
};

interface Field {
  readonly at: number;
  readonly width: 1 | 2 | 4 | 8;
  readonly isLittle: boolean;
}

/** A place where a number of the format may lie: aligned more often than not, and near the beginning half the time. */
function pickField(bytes: Buffer, random: Random): Field | undefined {
  const width = random.pick([1, 2, 4, 4, 8, 8] as const);
  if (bytes.length < width) return undefined;
  const reach = random.chance(0.5) ? Math.min(bytes.length, 256) : bytes.length;
  const any = random.int(reach - width + 1);
  const at = random.chance(0.75) ? any - (any % Math.min(width, 4)) : any;
  return { at, width, isLittle: random.chance(0.2) };
}

function readField(bytes: Buffer, { at, width, isLittle }: Field): bigint {
  if (width === 8) return isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at);
  return BigInt(isLittle ? bytes.readUIntLE(at, width) : bytes.readUIntBE(at, width));
}

function writeField(bytes: Buffer, { at, width, isLittle }: Field, value: bigint): void {
  const fitting = BigInt.asUintN(8 * width, value);
  if (width === 8 && isLittle) bytes.writeBigUInt64LE(fitting, at);
  else if (width === 8) bytes.writeBigUInt64BE(fitting, at);
  else if (isLittle) bytes.writeUIntLE(Number(fitting), at, width);
  else bytes.writeUIntBE(Number(fitting), at, width);
}

/** A length, count or offset becomes 0, 1, the largest, off by one, or what would just or just not fit. */
const setNumber: Mutation = (bytes, random) => {
  const field = pickField(bytes, random);
  if (field === undefined) return bytes;
  const max = (1n << BigInt(8 * field.width)) - 1n;
  const size = BigInt(bytes.length);
  const rest = size - BigInt(field.at);
  const now = readField(bytes, field);
  const near = [now + 1n, now - 1n, now + 8n, now - 8n, now * 2n, now << 32n];
  const edges = [0n, 1n, max, max - 1n, max >> 1n, (max >> 1n) + 1n];
  const fits = [size, size - 1n, size + 1n, rest, rest - 1n, rest + 1n, rest - BigInt(field.width)];
  writeField(bytes, field, random.pick(random.pick([near, edges, fits])));
  return bytes;
};

/** A link to any place, most often one where a record may begin: also to itself, backwards and in circles. */
const setLink: Mutation = (bytes, random) => {
  const field = pickField(bytes, random);
  if (field === undefined) return bytes;
  const target = random.int(bytes.length + 1);
  writeField(bytes, field, BigInt(random.chance(0.8) ? target - (target % 8) : target));
  return bytes;
};

/** What looks like an offset, in place of another one. */
const copyNumber: Mutation = (bytes, random) => {
  const from = pickField(bytes, random);
  const to = pickField(bytes, random);
  if (from === undefined || to === undefined) return bytes;
  writeField(bytes, { ...to, isLittle: from.isLittle }, readField(bytes, from));
  return bytes;
};

const NUMBERS = [
  '0',
  '1',
  '-1',
  '',
  '65535',
  '65536',
  '4294967295',
  '4294967296',
  '18446744073709551615',
  '9'.repeat(30),
];

/** The same for numbers that are written as text. */
const setDigits: Mutation = (bytes, random) => {
  const isDigit = (at: number): boolean => bytes[at]! >= 0x30 && bytes[at]! <= 0x39;
  let from = random.int(bytes.length + 1);
  while (from < bytes.length && !isDigit(from)) from++;
  let to = from;
  while (to < bytes.length && to < from + 20 && isDigit(to)) to++;
  if (from === to) return bytes;
  const now = BigInt(bytes.toString('latin1', from, to));
  const digits = random.pick([...NUMBERS, String(now + 1n), String(now - 1n), String(bytes.length)]);
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(digits), bytes.subarray(to)]);
};

const truncate: Mutation = (bytes, random) => {
  const length = random.chance(0.5) ? random.int(bytes.length + 1) : Math.max(0, bytes.length - 1 - random.int(24));
  return bytes.subarray(0, length);
};

const extend: Mutation = (bytes, random) => {
  const more = Buffer.alloc(random.pick([1, 4, 8, 64, 4096, random.int(300)]), random.pick([0, 0xff, 0x20, 0x28]));
  if (random.chance(0.5)) for (let i = 0; i < more.length; i++) more[i] = random.int(256);
  return bytes.length + more.length > MAX_GROWTH * 2 ? bytes : Buffer.concat([bytes, more]);
};

/** A run of bytes, of the size of a record as a rule. */
function pickBlock(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const align = random.pick([1, 4, 8, 8, 16]);
  const start = random.int(bytes.length + 1);
  const from = start - (start % align);
  const length = random.pick([1, 8, 24, 64, 112, 512, 1 + random.int(Math.max(1, bytes.length))]);
  return [from, Math.min(bytes.length, from + length)];
}

const dropBlock: Mutation = (bytes, random) => {
  const [from, to] = pickBlock(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const duplicateBlock: Mutation = (bytes, random) => {
  const [from, to] = pickBlock(bytes, random);
  const [at] = pickBlock(bytes, random);
  const block = bytes.subarray(from, to);
  const times = random.chance(0.9) ? 1 : 1 + random.int(20);
  if (bytes.length + block.length * times > MAX_GROWTH * 2) return bytes;
  return Buffer.concat([bytes.subarray(0, at), ...Array<Buffer>(times).fill(block), bytes.subarray(at)]);
};

const swapBlocks: Mutation = (bytes, random) => {
  const [from, to] = pickBlock(bytes, random);
  const [at] = pickBlock(bytes, random);
  const length = Math.min(to - from, bytes.length - at);
  const kept = Buffer.from(bytes.subarray(at, at + length));
  bytes.copy(bytes, at, from, from + length);
  kept.copy(bytes, from);
  return bytes;
};

const zeroBlock: Mutation = (bytes, random) => {
  const [from, to] = pickBlock(bytes, random);
  return bytes.fill(random.pick([0, 0, 0xff]), from, to);
};

const splice: Mutation = (bytes, random, { others }) => {
  const other = random.pick(others);
  const [from, to] = pickBlock(other, random);
  const block = other.subarray(from, to);
  const at = random.chance(0.5) ? Math.min(from, bytes.length) : pickBlock(bytes, random)[0];
  const over = random.chance(0.5) ? block.length : 0;
  if (bytes.length + block.length > MAX_GROWTH * 2) return bytes;
  return Buffer.concat([bytes.subarray(0, at), block, bytes.subarray(at + over)]);
};

const putToken: Mutation = (bytes, random, { tokens }) => {
  const token = random.pick(tokens);
  const times = random.chance(0.9) ? 1 : 1 + random.int(200);
  const at = random.int(bytes.length + 1);
  const over = random.chance(0.5) ? token.length : 0;
  return Buffer.concat([bytes.subarray(0, at), ...Array<Buffer>(times).fill(token), bytes.subarray(at + over)]);
};

const MUTATIONS: readonly (readonly [weight: number, mutation: Mutation])[] = [
  [4, flipBit],
  [3, setByte],
  [5, setNumber],
  [3, setLink],
  [3, copyNumber],
  [2, setDigits],
  [2, truncate],
  [1, extend],
  [2, dropBlock],
  [2, duplicateBlock],
  [2, swapBlocks],
  [1, zeroBlock],
  [2, splice],
  [2, putToken],
];
