import type { Report, ReportFinding } from '../../generated/report.js';
import { CLASSES, type Effect, type FindingClass } from '../../model/effects.js';

/** Where a finding is: in a mailbox, about a user, or (undefined) about a side or the pair. */
export type Place = { readonly mboxname: string } | { readonly userid: string } | undefined;

export interface Example {
  readonly finding: ReportFinding;
  readonly place: Place;
}

/** All findings of one code, of which only a few examples are kept. */
export class FindingGroup {
  readonly examples: Example[] = [];
  readonly effects = new Set<Effect>();
  /** In how many mailboxes and users. */
  readonly places = { mailboxes: 0, users: 0 };
  private lastPlace: Place;

  constructor(
    readonly code: string,
    readonly findingClass: FindingClass,
    /** Also those that the report does not list. */
    readonly count: number,
  ) {}

  add(finding: ReportFinding, place: Place, maxExamples: number): void {
    if (this.examples.length < maxExamples) this.examples.push({ finding, place });
    for (const effect of finding.effects ?? []) this.effects.add(effect);
    if (place !== undefined && place !== this.lastPlace) {
      this.places['mboxname' in place ? 'mailboxes' : 'users'] += 1;
      this.lastPlace = place;
    }
  }
}

/** They sum up what the other findings of their class say, and come after them. */
const SUMMARIES: ReadonlySet<string> = new Set(['mboxlist-distrusted', 'mboxlist-doubtful']);

/** Groups findings by code, worst class first, then most frequent first. */
export function groupFindings(report: Report, maxExamples: number): FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  const addAll = (findings: readonly ReportFinding[], place: Place): void => {
    for (const finding of findings) {
      const { code } = finding;
      let group = groups.get(code);
      if (group === undefined) {
        group = new FindingGroup(code, finding.class, report.counts.findings[code] ?? 1);
        groups.set(code, group);
      }
      group.add(finding, place, maxExamples);
    }
  };
  addAll(report.findings, undefined);
  for (const mailbox of report.mailboxes) addAll(mailbox.findings, mailbox);
  for (const user of report.users) addAll(user.findings, user);
  return [...groups.values()].sort(
    (a, b) =>
      CLASSES.indexOf(b.findingClass) - CLASSES.indexOf(a.findingClass) ||
      Number(SUMMARIES.has(a.code)) - Number(SUMMARIES.has(b.code)) ||
      b.count - a.count ||
      (a.code < b.code ? -1 : 1),
  );
}
