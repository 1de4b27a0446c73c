import type { Report, ReportFinding, ReportMailbox, ReportUser } from '../generated/report.js';
import { CLASSES } from '../model/effects.js';
import { printable } from './printable.js';

/** Where a finding is: in a mailbox, about a user, or (undefined) about a side or the pair. */
export type Place = ReportMailbox | ReportUser | undefined;

export interface PlacedFinding {
  readonly finding: ReportFinding;
  readonly place: Place;
}

/** Every finding that a report lists, in its order: about a side or the pair, of mailboxes, of users. */
export function placedFindings({ findings, mailboxes, users }: Report): PlacedFinding[] {
  return [
    ...findings.map((finding) => ({ finding, place: undefined })),
    ...[...mailboxes, ...users].flatMap((place) => place.findings.map((finding) => ({ finding, place }))),
  ];
}

/** The order in which a person reads: worst class first, else as before. */
export function worstFirst<T extends Pick<PlacedFinding, 'finding'>>(findings: readonly T[]): T[] {
  const rank = ({ finding }: T) => CLASSES.indexOf(finding.class);
  return [...findings].sort((a, b) => rank(b) - rank(a));
}

/** A finding with the name of its place. */
export interface NamedFinding {
  readonly finding: ReportFinding;
  readonly place?: Pick<ReportMailbox, 'mboxname'> | Pick<ReportUser, 'userid'> | undefined;
}

/** `replica user.ada uid 4`: the side (where there are two), the mailbox or user, and the message; may be empty. */
export function placeWords(
  { finding, place }: NamedFinding,
  mboxnameText: (name: string) => string = printable,
): string {
  const words: string[] = [];
  if (finding.side !== undefined && finding.side !== 'single') words.push(finding.side);
  if (place !== undefined)
    words.push('mboxname' in place ? mboxnameText(place.mboxname) : `user ${printable(place.userid)}`);
  if (finding.uid !== undefined) words.push(`uid ${finding.uid}`);
  return words.join(' ');
}
