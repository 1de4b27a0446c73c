import { acceptsNotListed } from '../accept/accept-findings.js';
import type { Report, ReportFinding, ReportMailbox, ReportUser } from '../generated/report.js';
import { unauditedUser } from '../model/unaudited-user.js';
import { placedFindings, type PlacedFinding } from '../report/finding-place.js';

/** Each server expires delayed-delete copies by itself. */
const OF_NO_ACCOUNT: ReadonlySet<string> = new Set(['deleted-mailbox-only-on-replica']);

/**
 * True unless both sides hold the same for everybody in spite of a finding: then it is a blemish of one side that
 * replication neither spreads nor trips over.
 */
export function isDifference({ code, class: of, side, effects = [] }: ReportFinding): boolean {
  if (OF_NO_ACCOUNT.has(code)) return false;
  return of !== 'safe' || side === undefined || effects.length === 0 || effects.some((effect) => effect !== 'none');
}

/** Where the sides of a pair are not the same, by what a sync log can name. Each answer is why, or undefined. */
export class PairDifferences {
  /** Findings that are differences and that nobody has accepted, in the order of the report. */
  readonly findings: readonly PlacedFinding[];
  /** Why nothing can be said of anybody. */
  readonly whole: string | undefined;
  private readonly mailboxes = new Map<string, string>();
  private readonly users = new Map<string, string>();
  /** By owner: the first of his mailboxes that is not the same, and the first of those that hold scripts. */
  private readonly ofOwner = new Map<string, string>();
  private readonly scriptsOf = new Map<string, string>();

  /** @param ownerOf the userid to whom a mailbox belongs */
  constructor(report: Report, ownerOf: (mboxname: string) => string | undefined) {
    const acceptsRest = acceptsNotListed(report);
    this.findings = placedFindings(report).filter(
      ({ finding, place }) =>
        isDifference(finding) &&
        (finding.accepted === undefined ||
          (place?.notListed?.[finding.code] !== undefined && !acceptsRest(finding.code, place))),
    );
    for (const mailbox of report.mailboxes) {
      const why = differs(mailbox);
      if (why !== undefined) this.mailboxes.set(mailbox.mboxname, why);
    }
    for (const user of report.users) {
      const why = differs(user);
      if (why !== undefined) this.users.set(user.userid, why);
    }
    for (const part of report.unaudited) {
      const why = `not audited: ${part.reason}`;
      const userid = unauditedUser(part);
      if (part.mboxname !== undefined) this.mailboxes.set(part.mboxname, why);
      else if (userid !== undefined) this.users.set(userid, why);
      else this.whole ??= `${part.what}: ${why}`;
    }
    for (const [mboxname, why] of this.mailboxes) {
      const owner = ownerOf(mboxname);
      if (owner === undefined) continue;
      const text = `${mboxname}: ${why}`;
      if (!this.ofOwner.has(owner)) this.ofOwner.set(owner, text);
      if (mboxname.includes('.#sieve') && !this.scriptsOf.has(owner)) this.scriptsOf.set(owner, text);
    }
  }

  mailbox(mboxname: string): string | undefined {
    return this.whole ?? this.mailboxes.get(mboxname);
  }

  /** What he has beyond his mailboxes: seen state, subscriptions, quota, scripts. These are messages of a mailbox of its own from 3.6 on. */
  metadata(userid: string): string | undefined {
    return this.whole ?? this.users.get(userid) ?? this.scriptsOf.get(userid);
  }

  /** The same and all of his mailboxes. */
  user(userid: string): string | undefined {
    return this.metadata(userid) ?? this.ofOwner.get(userid);
  }
}

/** What somebody accepted is no less different. */
function differs({ findings }: ReportMailbox | ReportUser): string | undefined {
  const codes = [...new Set(findings.filter(isDifference).map(({ code }) => code))];
  return codes.length === 0 ? undefined : codes.join(', ');
}
