import { HARDWARE_FINDINGS } from '../findings/catalogue.js';
import type { ReportedFinding, SideRole } from '../model/effects.js';
import {
  COMMON_MAILBOXES,
  type EvidenceKind,
  type EvidenceTally,
  type HardwareEvidence,
  type UnstableRead,
} from '../model/hardware.js';
import type { ReadMailbox } from './read-mailbox.js';

/** Unstable reads of one side that are listed: the machine is condemned by one. */
const MAX_UNSTABLE = 16;

/** What the files of one mailbox tell of the machine; each value once, with the number of its records. */
export function hardwareEvidence(
  side: SideRole,
  { mbentry, faults, version, minor }: ReadMailbox,
  owner: string | undefined,
): HardwareEvidence[] {
  const byValue = new Map<string, HardwareEvidence>();
  const add = (kind: EvidenceKind, value: string): void => {
    const key = `${kind} ${value}`;
    const { records } = byValue.get(key) ?? { records: 0 };
    byValue.set(key, { side, kind, value, mboxname: mbentry.mboxname, owner, records: records + 1 });
  };
  // Without a checksum anything may have damaged the bytes after they were written.
  const isSealed = (of: 'header' | 'record', crc: string): boolean => (version?.[of].offsetOf(crc) ?? -1) >= 0;
  for (const { code, actual = '' } of faults) {
    if (code === 'header-flag-name') add('flag-name-one-bit-off', actual);
    else if (code === 'record-undefined-system-flag' && isSealed('record', 'recordCrc'))
      for (const bit of bitsOf(actual)) add('undefined-system-flag', bit);
    // Before version 12 the header has no checksum either, and 2.3 had an option more.
    else if (code === 'index-undefined-option' && (minor ?? 0) >= 12 && isSealed('header', 'headerCrc'))
      for (const bit of bitsOf(actual)) add('undefined-option', bit);
  }
  return [...byValue.values()];
}

function bitsOf(mask: string): string[] {
  const bits = Number(mask);
  return Array.from({ length: 32 }, (_, bit) => 2 ** bit)
    .filter((bit) => Math.floor(bits / bit) % 2 === 1)
    .map((bit) => `0x${bit.toString(16).padStart(8, '0')}`);
}

interface Tally extends EvidenceTally {
  records: number;
  mailboxes: number;
  places: { readonly mboxname: string; readonly owner: string | undefined }[];
}

/** Adds up what the threads found of each side. Nothing grows with the number of mailboxes, and their order is nothing. */
export class HardwareTally {
  private readonly bySide = new Map<SideRole, Map<string, Tally>>();
  private readonly unstable = new Map<SideRole, UnstableRead[]>();

  add(evidence: readonly HardwareEvidence[], unstable: readonly UnstableRead[]): void {
    for (const { side, kind, value, mboxname, owner, records } of evidence) {
      const tallies = valueOr(this.bySide, side, () => new Map<string, Tally>());
      const tally = valueOr(tallies, `${kind} ${value}`, () => ({ kind, value, records: 0, mailboxes: 0, places: [] }));
      tally.records += records;
      tally.mailboxes++;
      keepFirst(tally.places, { mboxname, owner }, COMMON_MAILBOXES + 1, (place) => place.mboxname);
    }
    for (const read of unstable) {
      const reads = valueOr(this.unstable, read.side, () => []);
      keepFirst(reads, read, MAX_UNSTABLE, ({ file, offset }) => `${file}\0${String(offset).padStart(16, '0')}`);
    }
  }

  findings(): ReportedFinding[] {
    const subjects = [
      ...[...this.bySide].map(([side, tallies]) => ({
        kind: 'evidence' as const,
        side,
        tallies: [...tallies.values()],
      })),
      ...[...this.unstable.values()].flat().map((read) => ({ kind: 'unstable' as const, read })),
    ];
    return subjects.flatMap((subject) => HARDWARE_FINDINGS.flatMap((finding) => finding.find(subject)));
  }
}

function valueOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** Adds `item` and keeps the `most` first ones in the order of their keys. */
function keepFirst<T>(items: T[], item: T, most: number, keyOf: (item: T) => string): void {
  const key = keyOf(item);
  const at = items.findIndex((other) => keyOf(other) > key);
  items.splice(at < 0 ? items.length : at, 0, item);
  if (items.length > most) items.pop();
}
