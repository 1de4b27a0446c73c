import type { Report, ReportFinding, ReportMailbox, ReportUser } from '../generated/report.js';
import type { Effect } from '../model/effects.js';
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

/** Of what the replica has and the master lacks. */
const OF_NO_LOSS: ReadonlySet<string> = new Set<Effect>(['none', 'copy-back-to-master']);
/** Of a file: its message is on the other side, whose file has been looked at for itself. */
const OF_A_REPLICATED_FILE: ReadonlySet<string> = new Set<Effect>(['unseen']);

/**
 * True when somebody lives with a difference, and a replica that takes over lacks nothing by it. What is over the cap of a
 * report is unknown.
 */
function isSettled({ finding: { accepted, code, side, effects = [] }, place }: PlacedFinding): boolean {
  if (accepted === undefined || side === 'replica' || place?.notListed?.[code] !== undefined) return false;
  const harmless = side === 'master' && code.startsWith('message-file-') ? OF_A_REPLICATED_FILE : OF_NO_LOSS;
  return effects.length > 0 && effects.every((effect) => harmless.has(effect));
}

/** Where the sides of a pair are not the same, by what a sync log can name. Each answer is why, or undefined. */
export class PairDifferences {
  /** Findings that are differences, in the order of the report, without those that are settled. */
  readonly findings: readonly PlacedFinding[];
  /** How many differences are settled. */
  readonly settled: number;
  /** Why nothing can be said of anybody. */
  readonly whole: string | undefined;
  private readonly mailboxes = new Map<string, string>();
  private readonly users = new Map<string, string>();
  /** By owner: the first of his mailboxes that is not the same, and the first of those that hold scripts. */
  private readonly ofOwner = new Map<string, string>();
  private readonly scriptsOf = new Map<string, string>();

  /** @param ownerOf the userid to whom a mailbox belongs */
  constructor(report: Report, ownerOf: (mboxname: string) => string | undefined) {
    const all = placedFindings(report).filter(({ finding }) => isDifference(finding));
    this.findings = all.filter((placed) => !isSettled(placed));
    this.settled = all.length - this.findings.length;
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
