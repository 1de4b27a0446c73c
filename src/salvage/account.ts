import type { NewPlace } from '../findings/salvage/judge-message.js';
import { parseName } from '../formats/mboxlist/names.js';
import type { ManifestUnaudited } from '../generated/manifest.js';
import type { Mbentry } from '../model/mailbox.js';
import { userPart } from '../model/unaudited-user.js';
import { isDeletedName, isLive, type MailboxList, type Unit } from '../sources/spool/mailbox-list.js';
import type { Side } from '../sources/spool/open-side.js';

export interface SalvageSide {
  readonly side: Side;
  readonly list: MailboxList;
}

export interface SalvageSides {
  readonly old: SalvageSide;
  /** Opened anew when its list has changed. */
  readonly newer: () => SalvageSide;
}

/** A user's mailboxes, or a shared one, on both sides. */
export interface Account {
  readonly unit: Unit;
  /** On OLD, in the order of the list; delayed-delete copies last. */
  readonly old: readonly Mbentry[];
  /** All on NEW that may hold his messages: under the name that he has there, and delayed-delete copies. */
  readonly newer: readonly Mbentry[];
}

/**
 * A user who was renamed on NEW is found by the uniqueid of his INBOX. When only one of his mailboxes was given to
 * somebody else, that one counts: the others of that user are not his.
 */
export function openAccount(old: SalvageSide, newer: SalvageSide, unit: Unit): Account {
  const mine = old.list.entriesOf(unit).filter(isLive);
  const theirs = new Map<string, Mbentry>();
  const add = (entries: readonly Mbentry[]): void => {
    for (const entry of entries) if (isLive(entry)) theirs.set(entry.mboxname, entry);
  };
  add(newer.list.entriesOf(unit));
  for (const entry of mine) {
    const there = sameMailbox(newer, entry);
    if (there === undefined) continue;
    const other = newer.list.unitOf(there.mboxname);
    const isInbox = unit.kind === 'user' && entry.mboxname === unit.inbox;
    const isRenamed = isInbox && other.kind === 'user' && there.mboxname === other.inbox && other.inbox !== unit.inbox;
    add(isRenamed ? newer.list.entriesOf(other) : [there]);
  }
  return { unit, old: mine, newer: [...theirs.values()] };
}

/** A unit as `unaudited` names it. */
export const partOf = (unit: Unit): Pick<ManifestUnaudited, 'what' | 'mboxname'> =>
  unit.kind === 'user' ? { what: userPart(unit.userid) } : { what: 'shared mailbox', mboxname: unit.mboxname };

/** The mailbox on NEW with the same uniqueid, whatever it is called there. */
export function sameMailbox({ list }: SalvageSide, { uniqueid, mboxname }: Mbentry): Mbentry | undefined {
  if (uniqueid !== undefined) return list.liveByUniqueid(uniqueid, mboxname);
  const entry = list.byName(mboxname);
  return entry !== undefined && isLive(entry) && entry.uniqueid === undefined ? entry : undefined;
}

/** What NEW has in the place of a mailbox of OLD, its index aside. */
export function placeOnNew(newer: SalvageSide, old: Mbentry): NewPlace {
  const same = sameMailbox(newer, old);
  if (same !== undefined)
    return { kind: 'same', mboxname: same.mboxname, isDeleted: isDeletedName(same.mboxname, newer.side.layout) };
  const named = newer.list.byName(old.mboxname);
  if (named !== undefined && isLive(named)) return { kind: 'recreated', mboxname: named.mboxname };
  // A list without uniqueids tells by name only.
  if (named?.mbtype.deleted === true && (named.uniqueid ?? old.uniqueid) === old.uniqueid)
    return {
      kind: 'tombstone',
      mboxname: named.mboxname,
      ...(named.mtime === undefined ? {} : { deletedAt: named.mtime }),
    };
  // A delayed-delete copy that has expired leaves its row by uniqueid. Source: replication-semantics 4.6.
  const row = old.uniqueid === undefined ? undefined : newer.list.uniqueidRow(old.uniqueid);
  if (row !== undefined && isDeletedName(row.mboxname, newer.side.layout)) {
    const { deletedPrefix, defaultdomain } = newer.side.layout;
    const { deletedAt } = parseName(row.mboxname, { deletedPrefix, defaultdomain });
    return { kind: 'tombstone', mboxname: row.mboxname, ...(deletedAt === undefined ? {} : { deletedAt }) };
  }
  return { kind: 'none' };
}

/** Where a message should go: into its mailbox as it is called on NEW, or by its old name. */
export function targetOf(
  newer: SalvageSide,
  old: Mbentry,
  place: NewPlace,
): { readonly mboxname: string; readonly exists: boolean } {
  if (place.kind === 'same' && !place.isDeleted) return { mboxname: place.mboxname, exists: true };
  const named = newer.list.byName(old.mboxname);
  return { mboxname: old.mboxname, exists: named !== undefined && isLive(named) };
}
