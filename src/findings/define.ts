import type { Effect, Facts, FindingClass, ReportedFinding, SideRole } from '../model/effects.js';

export type Subject = 'record' | 'mailbox' | 'user' | 'side' | 'pair';

/** A finding, declared once. Text, docs, `explain` and tests all derive from it. */
export interface FindingDefinition<F extends Facts = Facts> {
  readonly code: string;
  readonly class: FindingClass;
  readonly on: Subject;
  /** Release that introduced it. */
  readonly since: string;
  readonly title: string;
  /** What it is and why it matters. */
  readonly why: string;
  /** What real replication does about it. */
  readonly replication: string;
  /** What the administrator does next, with commands. */
  readonly remedy: string;
  readonly example: F;
  readonly message: (facts: F) => string;
}

export interface FindingKind<F extends Facts = Facts> extends FindingDefinition<F> {
  /** Makes the reported form. `extra` says where it is and what replication would do. */
  readonly report: (
    facts: F,
    extra?: { readonly side?: SideRole; readonly uid?: number; readonly effects?: readonly Effect[] },
  ) => ReportedFinding;
}

/** Turns a declaration into a finding kind. Throws on a code that is not kebab-case. */
export function defineFinding<const F extends Facts>(definition: FindingDefinition<Widen<F>>): FindingKind<Widen<F>> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(definition.code)) throw new Error(`finding code ${definition.code}: not kebab-case`);
  return {
    ...definition,
    report: (facts, extra = {}) => ({
      code: definition.code,
      class: definition.class,
      ...(extra.side === undefined ? {} : { side: extra.side }),
      ...(extra.uid === undefined ? {} : { uid: extra.uid }),
      facts,
      ...(extra.effects === undefined || extra.effects.length === 0 ? {} : { effects: extra.effects }),
    }),
  };
}

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
