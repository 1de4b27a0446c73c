import { classifyKey } from '../../formats/mboxlist/key.js';
import { parseMbentry, parseUniqueidRow } from '../../formats/mboxlist/mbentry.js';
import { dbnameToMboxname, mboxnameToDbname, parseName } from '../../formats/mboxlist/names.js';
import { rowsWithPrefix, type CyrusDb } from '../../formats/cyrusdb/cyrusdb.js';
import type { FormatFault } from '../../model/fault.js';
import type { Mbentry } from '../../model/mailbox.js';
import type { ListIndex } from './list-index.js';
import type { SpoolLayout } from './paths.js';

const NAME_ROW = Buffer.from('N');
const HIERSEP = Buffer.from([0x1f]);

/** True for an entry that has a mailbox on this server's disk. Source: mboxlist.md section 4. */
export function isLive(entry: Mbentry): boolean {
  const { deleted, intermediate, remote, reserved, moving } = entry.mbtype;
  return !(deleted || intermediate || remote || reserved || moving);
}

/** What one unit of work covers: the mailboxes of a user, delayed-delete copies included, or one shared mailbox. */
export type Unit =
  | { readonly kind: 'user'; readonly userid: string; readonly inbox: string }
  | { readonly kind: 'shared'; readonly mboxname: string };

/** Rows that are kept decoded: a unit asks for each of its rows several times, and so does the walk of the spool. */
const MAX_REMEMBERED = 4096;

function remember<T>(rows: Map<string, T>, key: string, row: T): T {
  if (rows.size >= MAX_REMEMBERED) rows.clear();
  rows.set(key, row);
  return row;
}

/** A row as it was read and as it was understood. */
interface NameRow {
  readonly value?: Buffer;
  readonly entry?: Mbentry;
  readonly isSound: boolean;
}

/** Lookups in a mailbox list of any generation. Names are internal names. */
export interface MailboxList {
  readonly db: CyrusDb;
  /** Generation of the content: text values of 2.2 to 2.4, dlist values of 2.5 to 3.5, typed keys of 3.6 and later. */
  readonly generation: 1 | 2 | 3;
  /** True when every mailbox has a second row, by uniqueid. */
  readonly hasUniqueidRows: boolean;
  /** Faults of rows that were looked at. */
  readonly faults: FormatFault[];
  /** The entry of this name, tombstones and intermediates included. */
  byName(mboxname: string): Mbentry | undefined;
  /** The row by uniqueid: it names the mailbox as it is called now, or was called last. */
  uniqueidRow(uniqueid: string): Mbentry | undefined;
  /** The live mailbox with this uniqueid. `hint` is a name under which it may be found when its row by uniqueid is lost. */
  liveByUniqueid(uniqueid: string, hint?: string): Mbentry | undefined;
  /** True when the row by uniqueid names this entry; also when there are no such rows. */
  isNamedByUniqueid(entry: Mbentry): boolean;
  /** Another live name with the uniqueid of this live entry. */
  twinOf(entry: Mbentry): string | undefined;
  /** Every entry of a unit in list order: the user's own mailboxes first, then the delayed-delete copies. */
  /** `twin` is the other side's list, asked before: what has the same bytes there is not decoded again. */
  entriesOf(unit: Unit, twin?: MailboxList): Mbentry[];
  /** True when the list has any row of this user outside the delayed-delete copies. */
  hasOwnEntries(inbox: string): boolean;
  /** The unit that a name belongs to. */
  unitOf(mboxname: string): Unit;
  /** Every name in the order of the keys of 3.6, undecoded: cheap enough for the one pass over the whole list. */
  names(): Generator<ListName>;
}

/** A name of the list; its internal spelling is made when it is asked for. */
export interface ListName {
  readonly key: Buffer;
  readonly mboxname: () => string;
}

/** True for the name of a delayed-delete copy. */
export const isDeletedName = (
  mboxname: string,
  { deletedPrefix, defaultdomain }: Pick<SpoolLayout, 'deletedPrefix' | 'defaultdomain'>,
): boolean => parseName(mboxname, { deletedPrefix, defaultdomain }).isDeleted;

/** The unit of an internal name. */
export function unitOfName(
  mboxname: string,
  { deletedPrefix, defaultdomain }: Pick<SpoolLayout, 'deletedPrefix' | 'defaultdomain'>,
): Unit {
  const name = parseName(mboxname, { deletedPrefix, defaultdomain });
  if (name.owner === undefined) return { kind: 'shared', mboxname };
  const parts = name.isDeleted ? name.parts.slice(1) : name.parts;
  const local = `${parts[0]!}.${parts[1]!}`;
  const cut = mboxname.indexOf('!');
  return { kind: 'user', userid: name.owner, inbox: cut < 0 ? local : `${mboxname.slice(0, cut)}!${local}` };
}

/** A list of the third generation: typed keys, read row by row. */
export class TypedMailboxList implements MailboxList {
  readonly faults: FormatFault[] = [];
  readonly generation = 3;
  readonly hasUniqueidRows = true;
  /** What was found out about the list before; spares most lookups by uniqueid. */
  index: ListIndex | undefined;
  private readonly byNames = new Map<string, NameRow>();
  private readonly uniqueids = new Map<string, Mbentry | undefined>();

  constructor(
    readonly db: CyrusDb,
    private readonly file: string,
    private readonly layout: Pick<SpoolLayout, 'deletedPrefix' | 'defaultdomain'>,
  ) {}

  byName(mboxname: string): Mbentry | undefined {
    return this.byNameBeside(mboxname, undefined);
  }

  private byNameBeside(mboxname: string, twins: ReadonlyMap<string, NameRow> | undefined): Mbentry | undefined {
    const known = this.byNames.get(mboxname);
    if (known !== undefined) return known.entry;
    const value = this.db.get(Buffer.concat([NAME_ROW, mboxnameToDbname(mboxname)]));
    return this.nameRow(mboxname, value, twins?.get(mboxname)).entry;
  }

  uniqueidRow(uniqueid: string): Mbentry | undefined {
    const known = this.uniqueids.get(uniqueid);
    if (known !== undefined || this.uniqueids.has(uniqueid)) return known;
    const value = this.db.get(Buffer.from(`I${uniqueid}`));
    if (value === undefined) return remember(this.uniqueids, uniqueid, undefined);
    const { value: entry, faults } = parseUniqueidRow(uniqueid, value, this.file);
    this.faults.push(...faults);
    return remember(this.uniqueids, uniqueid, entry);
  }

  liveByUniqueid(uniqueid: string, hint?: string): Mbentry | undefined {
    if (hint !== undefined) {
      const entry = this.byName(hint);
      if (entry?.uniqueid === uniqueid && isLive(entry)) return entry;
    }
    const row = this.uniqueidRow(uniqueid);
    if (row === undefined || row.mboxname === hint) return undefined;
    const entry = this.byName(row.mboxname);
    return entry?.uniqueid === uniqueid && isLive(entry) ? entry : undefined;
  }

  isNamedByUniqueid(entry: Mbentry): boolean {
    if (entry.uniqueid === undefined) return true;
    if (this.index?.isNamed(entry.uniqueid, mboxnameToDbname(entry.mboxname)) === true) return true;
    return this.uniqueidRow(entry.uniqueid)?.mboxname === entry.mboxname;
  }

  twinOf(entry: Mbentry): string | undefined {
    if (entry.uniqueid === undefined) return undefined;
    const row = this.uniqueidRow(entry.uniqueid);
    if (row === undefined || row.mboxname === entry.mboxname) return undefined;
    const other = this.byName(row.mboxname);
    return other?.uniqueid === entry.uniqueid && isLive(other) ? other.mboxname : undefined;
  }

  entriesOf(unit: Unit, twin?: MailboxList): Mbentry[] {
    const known = twin instanceof TypedMailboxList ? twin.byNames : undefined;
    if (unit.kind === 'shared') {
      const entry = this.byName(unit.mboxname);
      return entry === undefined ? [] : [entry];
    }
    const inbox = mboxnameToDbname(unit.inbox);
    const cut = inbox.indexOf(0x1d) + 1;
    const deleted = Buffer.concat([
      inbox.subarray(0, cut),
      Buffer.from(this.layout.deletedPrefix),
      HIERSEP,
      inbox.subarray(cut),
    ]);
    const entries: Mbentry[] = [];
    const own = this.byNameBeside(unit.inbox, known);
    if (own !== undefined) entries.push(own);
    for (const prefix of [inbox, deleted]) {
      for (const row of rowsWithPrefix(this.db, Buffer.concat([NAME_ROW, prefix, HIERSEP]))) {
        const key = classifyKey(row.key);
        if (key.kind !== 'name') continue;
        const { mboxname } = key;
        const { entry } = this.byNames.get(mboxname) ?? this.nameRow(mboxname, row.value, known?.get(mboxname));
        if (entry !== undefined) entries.push(entry);
      }
    }
    return entries;
  }

  hasOwnEntries(inbox: string): boolean {
    const prefix = Buffer.concat([NAME_ROW, mboxnameToDbname(inbox)]);
    if (this.db.get(prefix) !== undefined) return true;
    return rowsWithPrefix(this.db, Buffer.concat([prefix, HIERSEP])).next().done !== true;
  }

  unitOf(mboxname: string): Unit {
    return unitOfName(mboxname, this.layout);
  }

  *names(): Generator<ListName> {
    for (const { key } of rowsWithPrefix(this.db, NAME_ROW)) {
      if (key.length > 1) yield { key, mboxname: () => dbnameToMboxname(key.subarray(1)) };
    }
  }

  private nameRow(mboxname: string, value: Buffer | undefined, twin?: NameRow): NameRow {
    if (value === undefined) return remember(this.byNames, mboxname, { isSound: true });
    if (twin?.isSound === true && twin.value?.equals(value) === true) return remember(this.byNames, mboxname, twin);
    const { value: entry, faults } = parseMbentry(mboxname, value, this.file);
    this.faults.push(...faults);
    const isSound = faults.length === 0;
    return remember(this.byNames, mboxname, { value, ...(entry === undefined ? {} : { entry }), isSound });
  }
}
