import type { Decoded } from '../../model/fault.js';

/** `db/skipstamp`: skiplist databases that were last recovered before this time get recovery when they are opened. */
export interface Skipstamp {
  /** Seconds since the epoch. */
  readonly recovery: number;
}

const SIZE = 4;

/** Source: myinit, lib/cyrusdb_skiplist.c 2.3.19 to 3.13; cyrusdb.md section 4.1. */
export function parseSkipstamp(bytes: Buffer, file: string): Decoded<Skipstamp> {
  const { length } = bytes;
  return {
    ...(length < SIZE ? {} : { value: { recovery: bytes.readUInt32BE(0) } }),
    faults:
      length === SIZE
        ? []
        : [
            {
              code: 'skipstamp-size',
              file,
              offset: Math.min(length, SIZE),
              expected: `${String(SIZE)} bytes`,
              actual: `${String(length)} bytes`,
            },
          ],
  };
}
