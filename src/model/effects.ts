/** What replication would do. Closed vocabulary of the contract, in the order in which reports list it. */
export const EFFECTS = [
  'copy-to-replica',
  'update-replica',
  'expunge-on-replica',
  'copy-back-to-master',
  'update-master',
  'expunge-on-master',
  'renumber',
  'rename-on-replica',
  'delete-on-replica',
  'overwrite-on-replica',
  'blocked',
  'unseen',
  'none',
] as const;

export type Effect = (typeof EFFECTS)[number];

/** The sides of a pair. */
export const SIDES = ['master', 'replica'] as const;
export type PairRole = (typeof SIDES)[number];
export type SideRole = PairRole | 'single';

/** Verdict classes, mildest first. */
export const CLASSES = ['clean', 'safe', 'admin', 'halt'] as const;
export type VerdictClass = (typeof CLASSES)[number];
export type FindingClass = Exclude<VerdictClass, 'clean'>;

/** The worse of two classes. */
export function worse<T extends VerdictClass>(a: T, b: T): T {
  return CLASSES.indexOf(a) >= CLASSES.indexOf(b) ? a : b;
}

/** Facts of a finding: JSON scalars and lists of them; 64-bit values are decimal strings. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/** A finding as it is reported: everything else (text, remedy, class rules) hangs on `code`. */
export interface ReportedFinding {
  readonly code: string;
  readonly class: FindingClass;
  readonly side?: SideRole;
  readonly uid?: number;
  readonly facts: Facts;
  readonly effects?: readonly Effect[];
}
