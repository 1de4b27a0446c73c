import { locateMailbox } from './locate-mailbox.js';
import { decodeName } from '../../bytes/text.js';
import type { CyrusDb } from '../../formats/cyrusdb/cyrusdb.js';
import { parseMailboxHeader } from '../../formats/mailbox-header/mailbox-header.js';
import { dbnameToMboxname, mboxnameToDbname } from '../../formats/mboxlist/names.js';
import { parsePlainEntry } from '../../formats/mboxlist/plain-entry.js';
import type { FormatFault } from '../../model/fault.js';
import type { Mbentry } from '../../model/mailbox.js';
import { readSmallFile } from '../read-only-file.js';
import { isLive, unitOfName, type ListName, type MailboxList, type Unit } from './mailbox-list.js';
import type { SpoolLayout } from './paths.js';

const HIERSEP = '\x1f';
const DOMAINSEP = '\x1d';
const MAX_HEADER_BYTES = 1024 * 1024;

/**
 * A mailbox list of 2.2 to 3.5: one row per mailbox, by internal name. There are no rows by uniqueid; text entries do
 * not even have one, it is in cyrus.header. All names are in memory, some 100 bytes each, because the order of the
 * file does not keep a user's mailboxes together.
 */
export class PlainMailboxList implements MailboxList {
  readonly faults: FormatFault[] = [];
  readonly hasUniqueidRows = false;
  readonly generation: 1 | 2;
  /** Names in the order of their database names of 3.6: what both sides of a pair are merged by. */
  private readonly dbnames: readonly string[];
  private byUniqueid: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    readonly db: CyrusDb,
    private readonly file: string,
    private readonly layout: SpoolLayout,
  ) {
    const dbnames: string[] = [];
    let text = 0;
    for (const row of db.rows()) {
      // Reverse ACLs and queued work of 2.5 to 3.5; names never begin with a dollar.
      if (row.key[0] === 0x24) continue;
      if (row.value[0] !== 0x25) text++;
      dbnames.push(mboxnameToDbname(decodeName(row.key)).toString('utf8'));
    }
    this.dbnames = dbnames.sort();
    this.generation = text > 0 || dbnames.length === 0 ? 1 : 2;
  }

  byName(mboxname: string): Mbentry | undefined {
    const value = this.db.get(Buffer.from(mboxname, 'utf8'));
    if (value === undefined) return undefined;
    const { value: entry, faults } = parsePlainEntry(mboxname, value, this.file);
    this.faults.push(...faults);
    return entry === undefined ? undefined : this.withUniqueid(entry);
  }

  /** Nothing to disagree with: these lists have no such rows. */
  isNamedByUniqueid(): boolean {
    return true;
  }

  /** Nothing: these lists have no such rows. */
  uniqueidRow(): undefined {
    return undefined;
  }

  liveByUniqueid(uniqueid: string, hint?: string): Mbentry | undefined {
    if (hint !== undefined) {
      const entry = this.byName(hint);
      if (entry?.uniqueid === uniqueid && isLive(entry)) return entry;
    }
    for (const name of this.namesOf(uniqueid)) {
      const entry = this.byName(name);
      if (entry?.uniqueid === uniqueid && isLive(entry)) return entry;
    }
    return undefined;
  }

  twinOf(entry: Mbentry): string | undefined {
    if (entry.uniqueid === undefined) return undefined;
    return this.namesOf(entry.uniqueid).find((name) => {
      if (name === entry.mboxname) return false;
      const other = this.byName(name);
      return other !== undefined && isLive(other);
    });
  }

  entriesOf(unit: Unit): Mbentry[] {
    if (unit.kind === 'shared') {
      const entry = this.byName(unit.mboxname);
      return entry === undefined ? [] : [entry];
    }
    const inbox = mboxnameToDbname(unit.inbox).toString('utf8');
    const cut = inbox.indexOf(DOMAINSEP) + 1;
    const deleted = `${inbox.slice(0, cut)}${this.layout.deletedPrefix}${HIERSEP}${inbox.slice(cut)}`;
    const own = this.byName(unit.inbox);
    const entries = own === undefined ? [] : [own];
    for (const prefix of [inbox, deleted]) {
      for (const dbname of this.withPrefix(`${prefix}${HIERSEP}`)) {
        const entry = this.byName(dbnameToMboxname(dbname));
        if (entry !== undefined) entries.push(entry);
      }
    }
    return entries;
  }

  hasOwnEntries(inbox: string): boolean {
    const dbname = mboxnameToDbname(inbox).toString('utf8');
    return this.dbnames[this.search(dbname)] === dbname || this.withPrefix(`${dbname}${HIERSEP}`).next().done !== true;
  }

  unitOf(mboxname: string): Unit {
    return unitOfName(mboxname, this.layout);
  }

  *names(): Generator<ListName> {
    for (const dbname of this.dbnames)
      yield { key: Buffer.from(`N${dbname}`), mboxname: () => dbnameToMboxname(dbname) };
  }

  private *withPrefix(prefix: string): Generator<string> {
    for (let i = this.search(prefix); this.dbnames[i]?.startsWith(prefix) === true; i++) yield this.dbnames[i]!;
  }

  private search(dbname: string): number {
    let low = 0;
    let high = this.dbnames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.dbnames[middle]! < dbname) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Every live name of a uniqueid; reads the whole list, and each cyrus.header of a text list, when first asked. */
  private namesOf(uniqueid: string): readonly string[] {
    if (this.byUniqueid === undefined) {
      const names = new Map<string, string[]>();
      for (const dbname of this.dbnames) {
        const entry = this.byName(dbnameToMboxname(dbname));
        if (entry?.uniqueid === undefined || !isLive(entry)) continue;
        const known = names.get(entry.uniqueid);
        if (known === undefined) names.set(entry.uniqueid, [entry.mboxname]);
        else known.push(entry.mboxname);
      }
      this.byUniqueid = names;
    }
    return this.byUniqueid.get(uniqueid) ?? [];
  }

  /** A text entry has its uniqueid in cyrus.header only. */
  private withUniqueid(entry: Mbentry): Mbentry {
    if (entry.uniqueid !== undefined || !isLive(entry)) return entry;
    const path = locateMailbox(this.layout, entry)?.metaOf('header');
    if (path === undefined) return entry;
    const { bytes } = readSmallFile(path, MAX_HEADER_BYTES);
    const uniqueid = bytes === undefined ? undefined : parseMailboxHeader(bytes, path).value?.uniqueid;
    return uniqueid === undefined ? entry : { ...entry, uniqueid };
  }
}
