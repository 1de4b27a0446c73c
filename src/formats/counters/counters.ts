import { crc32 } from '../../bytes/crc32.js';
import type { Decoded, FaultCode, FormatFault } from '../../model/fault.js';
import { COUNTERS_VERSIONS, type CountersVersion } from './versions.js';

/** `<user>.counters`, `counters.db` or `shared.counters`: the highest modseqs of a user, by type of mailbox. */
export interface Counters {
  readonly version: number;
  /** Grows by one with every write. */
  readonly generation: number;
  /** The last one given to a mailbox. */
  readonly uidvalidity: number;
  /** By Cyrus' names (`highestmodseq`, `mailfoldersmodseq`, ...); those that the version does not store are missing. */
  readonly modseqs: Readonly<Partial<Record<string, bigint>>>;
}

/** No file has more: the rest of a larger one is never looked at. */
export const MAX_COUNTERS_BYTES = 4096;

const HEAD = 8;

/**
 * Reads a counters file; one with a wrong checksum is returned with its fault. Cyrus takes a file that is not whole for
 * none and starts again from the mailboxes. Source: mboxname_buf_to_counters, imap/mboxname.c 3.6.7, 3.13;
 * mailbox-files.md section 8.
 */
export function parseCounters(bytes: Buffer, file: string): Decoded<Counters> {
  const fault = (code: FaultCode, offset: number, expected: string, actual: string): FormatFault => ({
    code,
    file,
    offset,
    expected,
    actual,
  });
  const size = `${String(bytes.length)} bytes`;
  if (bytes.length < HEAD) return { faults: [fault('counters-size', bytes.length, 'generation and version', size)] };
  const table = versionOf(bytes);
  if (table === undefined) {
    const known = `version 0 to ${String(COUNTERS_VERSIONS.length - 1)}`;
    return { faults: [fault('counters-version', 4, known, String(bytes.readUInt32BE(4)))] };
  }
  const { layout, version } = table;
  if (bytes.length !== layout.size) {
    const expected = `${String(layout.size)} bytes of version ${String(version)}`;
    return { faults: [fault('counters-size', Math.min(bytes.length, layout.size), expected, size)] };
  }
  const modseqs: Record<string, bigint> = {};
  for (const [name, field] of Object.entries(layout.fields))
    if (field.kind === 'u64') modseqs[name] = bytes.readBigUInt64BE(field.at);
  const crcAt = layout.offsetOf('crc');
  const stored = bytes.readUInt32BE(crcAt);
  const computed = crc32(bytes, 0, crcAt);
  return {
    value: {
      version,
      generation: bytes.readUInt32BE(0),
      uidvalidity: bytes.readUInt32BE(layout.offsetOf('uidvalidity')),
      modseqs,
    },
    faults: stored === computed ? [] : [fault('counters-crc', crcAt, hex(computed), hex(stored))],
  };
}

/** Version 0 stored anything as its version: it is known by its size. */
function versionOf(bytes: Buffer): CountersVersion | undefined {
  const oldest = COUNTERS_VERSIONS[0]!;
  return bytes.length === oldest.layout.size ? oldest : COUNTERS_VERSIONS[bytes.readUInt32BE(4)];
}

const hex = (n: number): string => n.toString(16).padStart(8, '0');
