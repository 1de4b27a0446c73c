import { FLAG_FLAGGED } from '../../model/index-file.js';
import { systemFlagNames, type SideRecord } from '../../model/record-pair.js';
import type { RecordSubject } from './record-subject.js';

/** True when everything the loser carries (flags, annotations) is in the winner too. */
export function isContained(loser: SideRecord, winner: SideRecord): boolean {
  if ((loser.systemFlags & 0x1f & ~winner.systemFlags) !== 0) return false;
  for (const name of loser.userFlags) if (!winner.userFlags.includes(name)) return false;
  for (const [key, value] of loser.annotations) if (winner.annotations.get(key) !== value) return false;
  return true;
}

/**
 * True when nothing that a user set is lost with the loser's flags: it was not touched since the common state, or it
 * carries nothing extra. Equal modseqs with different content prove nothing.
 * Of sieve scripts only one is active, so that a mark that was taken away later is no loss: the last choice counts.
 */
export function nothingLost(
  loser: SideRecord,
  winner: SideRecord,
  { lowerBound, isScript }: Pick<RecordSubject, 'lowerBound' | 'isScript'>,
): boolean {
  if (isContained(loser, winner) || (loser.modseq !== winner.modseq && loser.modseq <= lowerBound)) return true;
  if (!isScript || loser.modseq >= winner.modseq || loser.lastUpdated > winner.lastUpdated) return false;
  return isContained({ ...loser, systemFlags: loser.systemFlags & ~FLAG_FLAGGED }, winner);
}

/** Flags and annotations of `a` that `b` lacks, for a message to a person. */
export function lostFrom(a: SideRecord, b: SideRecord): string {
  const lost = systemFlagNames(a.systemFlags & ~b.systemFlags);
  for (const name of a.userFlags) if (!b.userFlags.includes(name)) lost.push(name);
  for (const [key, value] of a.annotations) if (b.annotations.get(key) !== value) lost.push(`annotation ${key.trim()}`);
  return lost.join(' ');
}

/** True when flags and annotations are the same, so that only other fields differ. */
export function sameSets(a: SideRecord, b: SideRecord): boolean {
  return isContained(a, b) && isContained(b, a);
}

const FIELDS = [
  'modseq',
  'lastUpdated',
  'internaldate',
  'internaldateNsec',
  'savedate',
  'cid',
  'basecid',
  'createdmodseq',
  'size',
  'systemFlags',
] as const;

/** Names of the record fields that differ, for a message to a person. */
export function differingFields(a: SideRecord, b: SideRecord): readonly string[] {
  return FIELDS.filter((field) => a[field] !== b[field]);
}

/** One side's flags and annotations replace the other's. */
export interface FlagChange {
  readonly uid: number;
  readonly master: SideRecord;
  readonly replica: SideRecord;
  /** What a user set on the losing side may be lost. */
  readonly loses: boolean;
}

/** What each side has and the other lacks. */
export function bothLost({ master, replica }: FlagChange): { onlyOnMaster: string; onlyOnReplica: string } {
  return { onlyOnMaster: lostFrom(master, replica), onlyOnReplica: lostFrom(replica, master) };
}

/** The change of flags or annotations that `action` makes; undefined when it makes none. */
export function flagChange(subject: RecordSubject, action: 'update-replica' | 'update-master'): FlagChange | undefined {
  const { outcome } = subject;
  const { uid, replica } = outcome.pair;
  let { master } = outcome.pair;
  if (outcome.action !== action || master === undefined || replica === undefined) return undefined;
  // What becomes of the annotations is then told apart from the flags.
  if (outcome.annotationsFrom === 'replica') master = { ...master, annotations: replica.annotations };
  if (sameSets(master, replica)) return undefined;
  const [loser, winner] = action === 'update-replica' ? [replica, master] : [master, replica];
  return { uid, master, replica, loses: !nothingLost(loser, winner, subject) };
}
