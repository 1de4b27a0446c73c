import type { MailboxList, Unit } from '../sources/spool/mailbox-list.js';

/**
 * Merges the names of both lists in key order and yields every unit once: a user with all his mailboxes, or a shared
 * mailbox. Delayed-delete copies go with their user; they make a unit of their own only when neither list has
 * anything else of him.
 */
export function* enumerateUnits(
  lists: readonly MailboxList[],
): Generator<{ readonly unit: Unit; readonly names: number }> {
  let current: { unit: Unit; id: string; names: number } | undefined;
  for (const mboxname of mergeNames(lists)) {
    const unit = lists[0]!.unitOf(mboxname);
    const id = unit.kind === 'user' ? `user ${unit.inbox}` : `shared ${unit.mboxname}`;
    if (current?.id === id) {
      current.names++;
      continue;
    }
    if (current !== undefined) yield { unit: current.unit, names: current.names };
    current = undefined;
    if (unit.kind === 'user' && isApart(mboxname, unit.inbox) && lists.some((list) => list.hasOwnEntries(unit.inbox)))
      continue;
    current = { unit, id, names: 1 };
  }
  if (current !== undefined) yield { unit: current.unit, names: current.names };
}

/** True for a name of the user that does not lie below his INBOX: a delayed-delete copy. */
function isApart(mboxname: string, inbox: string): boolean {
  return mboxname !== inbox && !mboxname.startsWith(`${inbox}.`);
}

function* mergeNames(lists: readonly MailboxList[]): Generator<string> {
  const heads = lists.map((list) => {
    const rows = list.names();
    return { rows, next: rows.next() };
  });
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    if (open.length === 0) return;
    let least = open[0]!.next.value as { key: Buffer; mboxname: string };
    for (const { next } of open) {
      const row = next.value as { key: Buffer; mboxname: string };
      if (row.key.compare(least.key) < 0) least = row;
    }
    yield least.mboxname;
    for (const head of open) {
      if ((head.next.value as { key: Buffer }).key.equals(least.key)) head.next = head.rows.next();
    }
  }
}
