import type { ListName, MailboxList, Unit } from '../sources/spool/mailbox-list.js';

/**
 * Merges the names of both lists in key order and yields every unit once: a user with all his mailboxes, or a shared
 * mailbox. Delayed-delete copies go with their user; they make a unit of their own only when neither list has
 * anything else of him.
 */
export function* enumerateUnits(
  lists: readonly MailboxList[],
): Generator<{ readonly unit: Unit; readonly names: number }> {
  let current: { unit: Unit; id: string; names: number } | undefined;
  /** What the keys of all that lies below the current user's INBOX begin with. */
  let below: Buffer | undefined;
  for (const { key, mboxname: nameOf } of mergeNames(lists)) {
    // Most names need no more than a look at their first bytes.
    if (current !== undefined && below !== undefined && startsWith(key, below)) {
      current.names++;
      continue;
    }
    const mboxname = nameOf();
    below = undefined;
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
    if (unit.kind === 'user' && mboxname === unit.inbox) below = Buffer.concat([key, HIERSEP]);
  }
  if (current !== undefined) yield { unit: current.unit, names: current.names };
}

const HIERSEP = Buffer.from([0x1f]);

function startsWith(key: Buffer, prefix: Buffer): boolean {
  return key.length > prefix.length && key.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

/** True for a name of the user that does not lie below his INBOX: a delayed-delete copy. */
function isApart(mboxname: string, inbox: string): boolean {
  return mboxname !== inbox && !mboxname.startsWith(`${inbox}.`);
}

function* mergeNames(lists: readonly MailboxList[]): Generator<ListName> {
  const heads = lists.map((list) => {
    const rows = list.names();
    return { rows, next: rows.next() };
  });
  for (;;) {
    let least: ListName | undefined;
    for (const { next } of heads) {
      if (next.done !== true && (least === undefined || next.value.key.compare(least.key) < 0)) least = next.value;
    }
    if (least === undefined) return;
    yield least;
    for (const head of heads) {
      if (head.next.done !== true && head.next.value.key.equals(least.key)) head.next = head.rows.next();
    }
  }
}
