import type { FindingClass, ReportedFinding } from '../model/effects.js';
import type { CodeCounts } from './collect-findings.js';

/**
 * Findings of one class that a report lists of all mailboxes and users together; nobody reads as many one by one, and a
 * reader of the report has to hold them.
 */
const MOST_LISTED = 50_000;

/** A mailbox or user with what is listed of it. */
interface Place {
  readonly findings: readonly ReportedFinding[];
  readonly counts: CodeCounts;
}

/** At most so many findings of a code are listed for a mailbox, by class. */
export type FindingCaps = Readonly<Record<FindingClass, number>>;

/**
 * Keeps the list of findings short on a server where everything differs: when there are too many of a class, half as many
 * of a code are listed for each mailbox, and so on down to one. What is left depends on what there is and not on the order
 * in which it came, as each step is taken exactly when the findings of the whole server would be too many without it.
 */
export class ListedFindings {
  private readonly caps: Record<FindingClass, number>;
  private readonly listed: Record<FindingClass, number> = { safe: 0, admin: 0, halt: 0 };

  /**
   * @param lists every list of places that findings are kept in; places in it are replaced by shorter ones
   * @param cap of a code in a mailbox, of any class, that was kept to when the findings were collected
   */
  constructor(
    private readonly lists: readonly Place[][],
    private readonly cap: number,
    private readonly most = MOST_LISTED,
  ) {
    this.caps = { safe: cap, admin: cap, halt: cap };
  }

  /** Keeps other lists to the same size. */
  forLists(lists: readonly Place[][]): ListedFindings {
    return new ListedFindings(lists, this.cap, this.most);
  }

  /** The classes of which less is listed than `cap`; undefined when there is none. */
  get lowered(): Partial<FindingCaps> | undefined {
    const lowered = Object.entries(this.caps).filter(([, cap]) => cap < this.cap);
    return lowered.length === 0 ? undefined : Object.fromEntries(lowered);
  }

  /** A place that is about to be put into one of the lists, with what is listed of it now. */
  take<P extends Place>(place: P): P {
    const shorter = this.shorten(place);
    for (const { class: of } of shorter.findings) this.listed[of]++;
    return shorter;
  }

  /** To be called when places have been added. */
  settle(): void {
    for (const of of ['safe', 'admin', 'halt'] as const) {
      while (this.listed[of] > this.most && this.caps[of] > 1) {
        this.caps[of] = Math.ceil(this.caps[of] / 2);
        this.shortenAll();
      }
    }
  }

  private shortenAll(): void {
    this.listed.safe = this.listed.admin = this.listed.halt = 0;
    for (const list of this.lists) for (const [i, place] of list.entries()) list[i] = this.take(place);
  }

  private shorten<P extends Place>(place: P): P {
    const { caps, cap } = this;
    if (Object.values(caps).every((n) => n >= cap)) return place;
    const seen: CodeCounts = {};
    const findings = place.findings.filter(({ code, class: of }) => {
      const n = (seen[code] ?? 0) + 1;
      seen[code] = n;
      return n <= caps[of];
    });
    return findings.length === place.findings.length ? place : { ...place, findings };
  }
}
