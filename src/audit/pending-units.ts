import type { MailboxResult, UserResult } from './collect-findings.js';
import type { ListedFindings } from './listed-findings.js';
import { nameOfUnit } from './run-task.js';
import type { UnitResult, UnsettledUnit } from './unit-result.js';

/** What the last look at each unit has found that is to be looked at again: it counts when there is no time for that. */
export class PendingUnits {
  private readonly results = new Map<string, UnitResult>();
  private lists!: (MailboxResult | UserResult)[][];
  private listing!: ListedFindings;

  /** @param totals keeps the report to the size that this keeps to as well */
  constructor(private readonly totals: ListedFindings) {
    this.beginLook();
  }

  /** What a look finds replaces what the one before it did. */
  beginLook(): void {
    this.lists = [];
    this.listing = this.totals.forLists(this.lists);
  }

  /** Takes what was found out of the unit, which goes back to a thread without it. */
  keep({ told, ...unit }: UnsettledUnit): UnsettledUnit {
    if (told === undefined) return unit;
    for (const list of [told.mailboxes, told.users] as (MailboxResult | UserResult)[][]) {
      for (const [i, place] of list.entries()) list[i] = this.listing.take(place);
      this.lists.push(list);
    }
    this.listing.settle();
    this.results.set(nameOfUnit(unit.unit), told);
    return unit;
  }

  /** Gives away what is known of a unit, and knows nothing of it any more. */
  take({ unit }: UnsettledUnit): UnitResult | undefined {
    const name = nameOfUnit(unit);
    const told = this.results.get(name);
    this.results.delete(name);
    return told;
  }
}
