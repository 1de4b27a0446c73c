import type { Decoded, FaultCode } from '../../model/fault.js';

export interface UidRange {
  readonly from: number;
  readonly to: number;
}

/** One user's external seen state of one mailbox; the key of the row is the mailbox's uniqueid. */
export interface SeenRow {
  /** Seconds since the epoch. */
  readonly lastread: number;
  readonly lastuid: number;
  /** Seconds since the epoch. */
  readonly lastchange: number;
  /** As stored; empty = nothing seen. */
  readonly sequence: string;
  /** Of `sequence`; what follows a damaged part is left out. */
  readonly seen: readonly UidRange[];
}

/** Source: parse_data, imap/seen_db.c 3.6.1; mailbox-files.md section 5. Only version 1 exists. */
export function parseSeenRow(value: Buffer, file: string): Decoded<SeenRow> {
  const text = value.toString('latin1');
  const fault = (expected: string, code: FaultCode = 'seen-syntax') => ({
    code,
    file,
    expected,
    actual: JSON.stringify(text.slice(0, 80)),
  });
  // Cut first: a pattern that ends in any white space would try each of a million blanks as its beginning.
  const match = /^ *1 +(\d{1,20}) +(\d{1,10}) +(\d{1,20}) *(\S*)$/.exec(text.trimEnd());
  if (match === null) return { faults: [fault('1 LASTREAD LASTUID LASTCHANGE SEQUENCE')] };
  const [, lastread, lastuid, lastchange, sequence] = match as unknown as [string, string, string, string, string];
  const { ranges, whole } = parseUidSequence(sequence);
  const isAbove = (ranges.at(-1)?.to ?? 0) > Number(lastuid);
  return {
    value: {
      lastread: Number(lastread),
      lastuid: Number(lastuid),
      lastchange: Number(lastchange),
      sequence,
      seen: ranges,
    },
    faults: [
      ...(whole ? [] : [fault('an ascending sequence of UIDs')]),
      ...(isAbove ? [fault(`UIDs up to lastuid ${lastuid}`, 'seen-above-lastuid')] : []),
    ],
  };
}

/** `1:3,5`. Stops at the first part that is no UID or is not above the part before it. */
function parseUidSequence(sequence: string): { ranges: UidRange[]; whole: boolean } {
  const ranges: UidRange[] = [];
  if (sequence === '') return { ranges, whole: true };
  let last = 0;
  for (const part of sequence.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(part);
    const from = Number(match?.[1]);
    const to = match?.[2] === undefined ? from : Number(match[2]);
    if (match === null || from <= last || to < from || to > 0xffffffff) return { ranges, whole: false };
    ranges.push({ from, to });
    last = to;
  }
  return { ranges, whole: true };
}
