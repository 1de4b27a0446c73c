import type { Decoded, FormatFault } from '../../model/fault.js';
import { asString, parseDlist, type DlistItem } from '../dlist/dlist.js';

/** Faults kept per row; one with more is no row of conversations. */
const MAX_FAULTS = 20;

/** Names the row in its faults: a value has no place of its own in the file. */
export class RowFaults {
  readonly faults: FormatFault[] = [];

  constructor(
    private readonly label: string,
    private readonly file: string,
  ) {}

  /** The row with what was met so far. */
  found<T>(value: T): Decoded<T> {
    return { value, faults: this.faults };
  }

  bad(expected: string, actual: string, code: FormatFault['code'] = 'conversations-syntax'): { faults: FormatFault[] } {
    const shown = `${this.label.slice(0, 80)}: ${actual.slice(0, 80)}`;
    if (this.faults.length < MAX_FAULTS) this.faults.push({ code, file: this.file, expected, actual: shown });
    return { faults: this.faults };
  }

  badKey(expected: string): { faults: FormatFault[] } {
    const shown = JSON.stringify(this.label.slice(0, 100));
    this.faults.push({ code: 'conversations-key', file: this.file, expected, actual: shown });
    return { faults: this.faults };
  }

  /** A dlist that begins at `offset` of a value; undefined with a fault when it is none. */
  dlist(value: Buffer, offset: number): DlistItem | undefined {
    const parsed = parseDlist(value, this.file, offset, 'conversations-syntax');
    for (const { expected = '', actual = '' } of parsed.faults) this.bad(expected, actual);
    return parsed.value;
  }
}

/** `VERSION SP rest`, as most values begin. */
export function splitVersion(value: Buffer): { version: number; at: number } | undefined {
  const match = /^(\d{1,5}) /.exec(value.subarray(0, 8).toString('latin1'));
  return match === null ? undefined : { version: Number(match[1]), at: match[0].length };
}

/** An unsigned decimal of up to 64 bits. */
export function asUnsigned(item: DlistItem | undefined): bigint | undefined {
  const text = asString(item);
  return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}
