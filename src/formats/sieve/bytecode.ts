import type { Decoded } from '../../model/fault.js';

/** The head of a compiled script; what follows is not decoded. */
export interface SieveBytecode {
  readonly version: number;
}

/** Source: BYTECODE_MAGIC, sieve/bytecode.h 2.3.19 to 3.13. */
export const SIEVE_BYTECODE_MAGIC = Buffer.from('CyrSBytecode', 'latin1');
export const SIEVE_BYTECODE_HEAD = SIEVE_BYTECODE_MAGIC.length + 4;

/** Releases by the version that they write. Source: BYTECODE_VERSION, sieve/bytecode.h of each tag. */
export const SIEVE_BYTECODE_WRITERS: ReadonlyMap<number, string> = new Map([
  [0x05, '2.3'],
  [0x09, '2.4 to 2.5'],
  [0x11, '3.0'],
  [0x1b, '3.2'],
  [0x1e, '3.4'],
  [0x1f, '3.6 to 3.8'],
  [0x20, '3.10'],
  [0x22, '3.12 or later'],
]);

/** The oldest that is still run, and the newest that is known. Version 1 was in the byte order of its host. */
const OLDEST = 0x03;
const NEWEST = 0x22;

/** @param head at least the first `SIEVE_BYTECODE_HEAD` bytes, if the file has them */
export function parseSieveBytecode(head: Buffer, file: string): Decoded<SieveBytecode> {
  const magic = head.subarray(0, SIEVE_BYTECODE_MAGIC.length);
  if (!magic.equals(SIEVE_BYTECODE_MAGIC)) {
    const expected = SIEVE_BYTECODE_MAGIC.toString('latin1');
    return { faults: [{ code: 'sieve-bytecode', file, offset: 0, expected, actual: magic.toString('hex') }] };
  }
  const at = SIEVE_BYTECODE_MAGIC.length;
  if (head.length < SIEVE_BYTECODE_HEAD)
    return { faults: [{ code: 'sieve-bytecode', file, offset: at, expected: 'a version', actual: 'the end' }] };
  const version = head.readUInt32BE(at);
  const isKnown = version >= OLDEST && version <= NEWEST;
  const expected = `version ${String(OLDEST)} to ${String(NEWEST)}`;
  return {
    value: { version },
    faults: isKnown ? [] : [{ code: 'sieve-bytecode', file, offset: at, expected, actual: String(version) }],
  };
}
