import type { MailboxList, Unit } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { AuditError } from '../model/audit-error.js';
import { openAtRest } from '../sources/spool/open-at-rest.js';
import type { Side } from '../sources/spool/open-side.js';
import { enumerateUnits, type EnumeratedUnit } from './enumerate-units.js';
import { damageIn } from './check-list.js';
import type { CheckedSide } from './open-lists.js';

/** Before a list that a server changed while it was read is opened anew. Unit: ms. */
const BACK_OFF = [20, 100, 300, 1000, 2000] as const;

/**
 * Every unit of the lists once. A list was found sound before, so that a fault now means that a server changed it between
 * two reads: it is opened anew and read on from the last unit. What stays broken shows in the faults of its database.
 * @param checked all with a list; a side that is opened anew takes the place of the old one
 * @param pause waits so many milliseconds; false = the audit was stopped
 */
export async function* walkUnits(
  checked: CheckedSide[],
  pause: (ms: number) => Promise<boolean>,
): AsyncGenerator<{ readonly unit: Unit; readonly names: number }> {
  let last: EnumeratedUnit | undefined;
  for (let attempt = 0; ; attempt++) {
    const lists = listsOf(checked);
    const delay = BACK_OFF[attempt];
    let isFirst = true;
    for (const one of enumerateUnits(lists, last)) {
      // The name behind a unit is read before it, so that only in front of the first one others may have been passed over.
      if (isFirst && delay !== undefined && lists.some(isBroken)) break;
      isFirst = false;
      last = one;
      yield one;
      if (delay !== undefined && lists.some(isBroken)) break;
    }
    if (!lists.some(isBroken) || delay === undefined || !(await pause(delay))) return;
    for (const [i, side] of checked.entries())
      if (side.list !== undefined && isBroken(side.list)) checked[i] = reopen(side);
  }
}

const listsOf = (checked: readonly CheckedSide[]): MailboxList[] => checked.flatMap(({ list }) => list ?? []);

/** True when a list could not be read to its end. */
const isBroken = ({ db }: MailboxList): boolean => damageIn(db.faults) !== undefined;

/** The old one when it cannot be opened again. */
function reopen(old: CheckedSide): CheckedSide {
  let side: Side;
  try {
    side = openAtRest(old.side.spec);
  } catch (error) {
    if (error instanceof AuditError) return old;
    throw error;
  }
  const list = openMailboxList(side);
  (list === undefined ? side : old.side).close();
  return list === undefined ? old : { side, list };
}
