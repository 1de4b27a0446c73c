import type { Report } from '../generated/report.js';
import { CLASSES, type Effect, type FindingClass } from '../model/effects.js';
import { placedFindings, type Place, type PlacedFinding } from './finding-place.js';
import { counted } from './numbers.js';

/** All findings of one code, of which only a few examples are kept. */
export class FindingGroup {
  readonly examples: PlacedFinding[] = [];
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

  add(placed: PlacedFinding, maxExamples: number): void {
    const { finding, place } = placed;
    if (this.examples.length < maxExamples) this.examples.push(placed);
    for (const effect of finding.effects ?? []) this.effects.add(effect);
    if (place !== undefined && place !== this.lastPlace) {
      this.places['mboxname' in place ? 'mailboxes' : 'users'] += 1;
      this.lastPlace = place;
    }
  }
}

/** `3 mailboxes and 1 user`; empty when the findings are about a side or the pair. */
export function placesWords({ places: { mailboxes, users } }: FindingGroup): string {
  const words = [
    ...(mailboxes > 0 ? [counted(mailboxes, 'mailbox', 'mailboxes')] : []),
    ...(users > 0 ? [counted(users, 'user')] : []),
  ];
  return words.join(' and ');
}

/** They sum up what the other findings of their class say, and come after them. */
const SUMMARIES: ReadonlySet<string> = new Set(['mboxlist-distrusted', 'mboxlist-doubtful']);

/** Groups findings by code, worst class first, then most frequent first. */
export function groupFindings(report: Report, maxExamples: number): FindingGroup[] {
  const groups = new Map<string, FindingGroup>();
  for (const placed of placedFindings(report)) {
    const { code, class: findingClass } = placed.finding;
    let group = groups.get(code);
    if (group === undefined) {
      group = new FindingGroup(code, findingClass, report.counts.findings[code] ?? 1);
      groups.set(code, group);
    }
    group.add(placed, maxExamples);
  }
  return [...groups.values()].sort(
    (a, b) =>
      CLASSES.indexOf(b.findingClass) - CLASSES.indexOf(a.findingClass) ||
      Number(SUMMARIES.has(a.code)) - Number(SUMMARIES.has(b.code)) ||
      b.count - a.count ||
      (a.code < b.code ? -1 : 1),
  );
}
