import type { Report, ReportFinding } from '../generated/report.js';
import { worse, type FindingClass, type VerdictClass } from '../model/effects.js';

/** A mailbox or a user of a report, or what belongs to neither. */
export interface Place {
  readonly mboxname?: string;
  readonly userid?: string;
  readonly class: FindingClass;
  readonly findings: readonly ReportFinding[];
  /** Findings over the cap, by code. */
  readonly notListed?: Readonly<Record<string, number>>;
}

/** Findings of one code in one place that are over the cap. */
export interface NotListed {
  readonly code: string;
  readonly class: FindingClass;
  readonly count: number;
}

/** Of one report no two places have the same. */
export const nameOf = ({ mboxname, userid }: Pick<Place, 'mboxname' | 'userid'>): string =>
  mboxname === undefined ? (userid === undefined ? '' : `user ${userid}`) : `mailbox ${mboxname}`;

/** Everything in a report that holds findings. */
export function* placesOf(report: Report): Generator<Place> {
  yield { class: 'safe', findings: report.findings };
  yield* report.mailboxes;
  yield* report.users;
}

/** The class of what is not listed is that of a listed finding of the same code; a report without any is damaged. */
export function* notListedIn({ notListed = {}, findings, class: worst }: Place): Generator<NotListed> {
  for (const [code, count] of Object.entries(notListed))
    yield { code, class: findings.find((finding) => finding.code === code)?.class ?? worst, count };
}

/**
 * The worst class of what decides the exit status.
 * @param isQuiet of a finding, listed or not, that does not; never asked of `halt`, which always does
 */
export function worstOfRest(
  report: Report,
  isQuiet: (of: ReportFinding | NotListed, place: Place) => boolean,
): VerdictClass {
  let worst: VerdictClass = 'clean';
  for (const place of placesOf(report)) {
    for (const of of [...place.findings, ...notListedIn(place)])
      if (of.class === 'halt' || !isQuiet(of, place)) worst = worse<VerdictClass>(worst, of.class);
  }
  return worst;
}
