import { crc32 } from 'node:zlib';
import { FAULT_CODES } from '../../src/model/fault.js';
import { seeded } from '../support/random.js';
import { takeLargestAllocation } from './allocations.js';
import { mutate, type MutationContext } from './mutate.js';
import type { Outcome, ReaderUnderTest } from './reader-under-test.js';

/** No single allocation is larger than this many times the input, and some for tables of a fixed size. */
const ALLOCATION_FACTOR = 16;
const ALLOCATION_BASE = 1024 * 1024;
/** Longest text of a fault: it goes into reports. */
const MAX_FAULT_TEXT = 4096;
/** Share of the inputs whose checksums are corrected again. */
const RESEALED = 0.6;

const DEFAULT_TOKENS = ['\0', '\xff', '\n', ' '];

/** Makes the n-th hostile input of a reader: the same seed gives the same bytes, whatever else runs. */
export function inputMaker(reader: ReaderUnderTest, seed: number): (n: number) => Buffer {
  const seeds = reader.seeds();
  if (seeds.length === 0) throw new Error(`${reader.name}: no file to start from`);
  if (reader.asIs !== undefined) return (n) => seeds[n]!;
  const tokens = (reader.tokens ?? DEFAULT_TOKENS).map((token) => Buffer.from(token, 'latin1'));
  const context: MutationContext = { others: seeds, tokens };
  return (n) => {
    const random = seeded(crc32(`${reader.name} ${String(seed)} ${String(n)}`));
    const bytes = mutate(random.pick(seeds), random, context);
    if (reader.reseal === undefined || !random.chance(RESEALED)) return bytes;
    // Mutations may give a part of a seed: it is not to be written to.
    const own = Buffer.from(bytes);
    reader.reseal(own);
    return own;
  };
}

/** Reads one input and holds the outcome to the rules; throws when it breaks one. Returns the largest allocation. */
export async function readInput(reader: ReaderUnderTest, bytes: Buffer): Promise<number> {
  takeLargestAllocation();
  const pending = reader.read(bytes);
  const outcome = pending instanceof Promise ? await pending : pending;
  const largest = takeLargestAllocation();
  checkOutcome(outcome);
  if (largest > ALLOCATION_FACTOR * bytes.length + ALLOCATION_BASE)
    throw new AllocationError(`allocated ${String(largest)} bytes at once for ${String(bytes.length)} bytes of input`);
  return largest;
}

export class AllocationError extends Error {}

const CODES: ReadonlySet<string> = new Set(FAULT_CODES);

function checkOutcome({ value, faults }: Outcome): void {
  if (value === undefined && faults.length === 0) throw new Error('neither a value nor a fault');
  for (const { code, offset = 0, expected = '', actual = '' } of faults) {
    if (!CODES.has(code)) throw new Error(`a fault that nobody declared: ${code}`);
    if (!(Number.isFinite(offset) && offset >= 0)) throw new Error(`${code}: an offset of ${String(offset)}`);
    if (expected.length > MAX_FAULT_TEXT || actual.length > MAX_FAULT_TEXT)
      throw new Error(`${code}: ${String(expected.length)} and ${String(actual.length)} characters of text`);
  }
}
