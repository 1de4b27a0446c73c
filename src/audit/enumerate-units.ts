import type { ListName, MailboxList, Unit } from '../sources/spool/mailbox-list.js';

export interface EnumeratedUnit {
  readonly unit: Unit;
  /** Names of both lists that lie together in its place. */
  readonly names: number;
  /** Of its first name. */
  readonly key: Buffer;
}

/**
 * Merges the names of both lists in key order and yields every unit once: a user with all his mailboxes, or a shared
 * mailbox. Delayed-delete copies go with their user; they make a unit of their own only when neither list has
 * anything else of him.
 * @param after the unit behind which to begin
 */
export function* enumerateUnits(
  lists: readonly MailboxList[],
  after?: Pick<EnumeratedUnit, 'unit' | 'key'>,
): Generator<EnumeratedUnit> {
  let current: { unit: Unit; id: string; names: number; key: Buffer } | undefined;
  const idBefore = after === undefined ? undefined : idOf(after.unit);
  /** What the keys of all that lies below the current user's INBOX begin with. */
  let below: Buffer | undefined;
  for (const { key, mboxname: nameOf } of mergeNames(lists)) {
    if (after !== undefined && key.compare(after.key) < 0) continue;
    // Most names need no more than a look at their first bytes.
    if (current !== undefined && below !== undefined && startsWith(key, below)) {
      current.names++;
      continue;
    }
    const mboxname = nameOf();
    below = undefined;
    const unit = lists[0]!.unitOf(mboxname);
    const id = idOf(unit);
    if (current?.id === id) {
      current.names++;
      continue;
    }
    if (current !== undefined) yield current;
    current = undefined;
    if (id === idBefore) continue;
    if (unit.kind === 'user' && isApart(mboxname, unit.inbox) && lists.some((list) => list.hasOwnEntries(unit.inbox)))
      continue;
    // What the key lies in is overwritten by later reads.
    current = { unit, id, names: 1, key: Buffer.from(key) };
    if (unit.kind === 'user' && mboxname === unit.inbox) below = Buffer.concat([key, HIERSEP]);
  }
  if (current !== undefined) yield current;
}

const idOf = (unit: Unit): string => (unit.kind === 'user' ? `user ${unit.inbox}` : `shared ${unit.mboxname}`);

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
