import type { Effect, Facts, FindingClass, PairRole, ReportedFinding, SideRole } from '../model/effects.js';
import type { FaultCode, FormatFault } from '../model/fault.js';

export type SubjectName = 'fault' | 'file' | 'record' | 'mailbox' | 'user' | 'list' | 'server' | 'side';

/** What a check found: the facts, and where they are. */
export interface Hit<F extends Facts> {
  readonly facts: F;
  readonly side?: SideRole;
  readonly uid?: number;
  readonly effects?: readonly Effect[];
}

/** A finding, declared once. Text, docs, `explain` and tests all derive from it. */
export interface FindingDefinition<F extends Facts = Facts> {
  readonly code: string;
  readonly class: FindingClass;
  /** Release that introduced it. */
  readonly since: string;
  /** The only side that has the mailbox in which it is found. */
  readonly heldOnlyBy?: PairRole;
  readonly title: string;
  /** What it is and why it matters. */
  readonly why: string;
  /** What real replication does about it. */
  readonly replication: string;
  /** What the administrator does next, with commands. */
  readonly remedy: string;
  readonly example: F;
  readonly message: (facts: F) => string;
  /** Lines that stand below the message where there is room for them. */
  readonly details?: (facts: F) => readonly string[];
}

export interface FindingKind<F extends Facts = Facts> extends FindingDefinition<F> {
  readonly on: SubjectName;
  readonly report: (hit: Hit<F>) => ReportedFinding;
}

/** A finding kind with the check that looks for it in one kind of subject. */
export interface CheckedFinding<S, F extends Facts = Facts> extends FindingKind<F> {
  readonly find: (subject: S) => readonly ReportedFinding[];
}

type Check<S, F extends Facts> = (subject: S) => Hit<F> | readonly Hit<F>[] | undefined;

/** Facts are declared by an example; its literals stand for their types. */
export type Widen<F> = {
  readonly [K in keyof F]: F[K] extends string
    ? string
    : F[K] extends number
      ? number
      : F[K] extends boolean
        ? boolean
        : F[K] extends readonly (infer E)[]
          ? readonly (E extends string ? string : number)[]
          : F[K];
};

/** Most checks find nothing, and there is one for each kind of finding and record. */
const NOTHING: readonly ReportedFinding[] = [];

function makeKind<F extends Facts>(on: SubjectName, definition: FindingDefinition<F>): FindingKind<F> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(definition.code))
    throw new Error(`finding code ${definition.code}: not kebab-case`);
  return {
    ...definition,
    on,
    report: (hit) => ({
      code: definition.code,
      class: definition.class,
      ...(hit.side === undefined ? {} : { side: hit.side }),
      ...(hit.uid === undefined ? {} : { uid: hit.uid }),
      facts: hit.facts,
      ...(hit.effects === undefined || hit.effects.length === 0 ? {} : { effects: hit.effects }),
    }),
  };
}

/**
 * A definer of findings for one kind of subject: `defineFor<RecordSubject>('record')` gives the function with which
 * the files of that folder declare theirs.
 */
export function defineFor<S>(on: SubjectName) {
  return <const F extends Facts>(
    definition: FindingDefinition<Widen<F>> & { readonly example: F; readonly check: Check<S, Widen<F>> },
  ): CheckedFinding<S, Widen<F>> => {
    const { check, ...rest } = definition;
    const kind = makeKind<Widen<F>>(on, rest);
    return {
      ...kind,
      find: (subject) => {
        const hits = check(subject);
        if (hits === undefined) return NOTHING;
        return (isList(hits) ? hits : [hits]).map((hit) => kind.report(hit));
      },
    };
  };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** A decoder's fault in a file of one side of one mailbox (or of the side itself). */
export interface FaultSubject {
  readonly fault: FormatFault;
  readonly side: SideRole;
}

const FAULT_EXAMPLE = { file: 'cyrus.index', offset: 160, expected: '0x1d1be0e3', found: '0x00000000' };
export type FaultFacts = Widen<typeof FAULT_EXAMPLE>;

export interface FaultFinding extends CheckedFinding<FaultSubject, FaultFacts> {
  readonly faults: readonly FaultCode[];
}

/** Declares a finding that is nothing but a decoder's fault, on any side or only on the one named. */
export function defineFaultFinding(
  definition: Omit<FindingDefinition<FaultFacts>, 'example' | 'message'> & {
    readonly faults: readonly FaultCode[];
    readonly onlyOn?: 'master' | 'replica';
    readonly effects?: readonly Effect[];
    readonly example?: FaultFacts;
    readonly message?: (facts: FaultFacts) => string;
  },
): FaultFinding {
  const { faults, onlyOn, effects, ...rest } = definition;
  const kind = makeKind<FaultFacts>('fault', {
    example: FAULT_EXAMPLE,
    message: (f) => `${f.file} at byte ${String(f.offset)}: expected ${f.expected}, found ${f.found}`,
    ...rest,
  });
  return {
    ...kind,
    faults,
    find: ({ fault, side }) => {
      if (!faults.includes(fault.code)) return NOTHING;
      // A single side is judged as the master it may be.
      if (onlyOn !== undefined && (side === 'single' ? 'master' : side) !== onlyOn) return NOTHING;
      return [
        kind.report({
          side,
          ...(fault.uid === undefined ? {} : { uid: fault.uid }),
          ...(effects === undefined ? {} : { effects }),
          facts: {
            file: fault.file,
            offset: fault.offset ?? 0,
            expected: fault.expected ?? '',
            found: fault.actual ?? '',
          },
        }),
      ];
    },
  };
}
