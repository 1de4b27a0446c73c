import { shown } from '../../bytes/shown.js';
import type { Decoded, FormatFault } from '../../model/fault.js';
import type { AclEntry, Mbentry, MbentryName } from '../../model/mailbox.js';
import { asBytes, asList, asNumber, asString, kvGet, parseDlist, type DlistItem } from '../dlist/dlist.js';
import { aclFromDlist } from './acl.js';
import { parseMbtype } from './mbtype.js';
import { dbnameToMboxname } from './names.js';
import { decodePlainRow } from './plain-row.js';
import { MAX_UIDVALIDITY } from './uidvalidity.js';

export { parseMbtype } from './mbtype.js';

/** Value of an `N` row. Faults name the row in `actual`; they have no offset, as a value has no place of its own. */
export function parseMbentry(mboxname: string, value: Buffer, file: string): Decoded<Mbentry> {
  const plain = decodePlainRow(mboxname, value);
  return plain === undefined ? parseAnyMbentry(mboxname, value, file) : { value: plain, faults: [] };
}

/** The same without the short cut for plain rows. */
export function parseAnyMbentry(mboxname: string, value: Buffer, file: string): Decoded<Mbentry> {
  const row = new Row(mboxname, file, value);
  return row.decode(() => mboxname);
}

/** Value of an `I` row; its name is the `N` inside, its uniqueid the key. */
export function parseUniqueidRow(uniqueid: string, value: Buffer, file: string): Decoded<Mbentry> {
  const row = new Row(uniqueid, file, value);
  return row.decode(nameInside, uniqueid);
}

/** Value of a `J` row (3.13+); its name is the `N` inside, its jmapid is in the key. */
export function parseJmapidRow(jmapid: string, value: Buffer, file: string): Decoded<Mbentry> {
  const row = new Row(jmapid, file, value);
  const { value: entry, faults } = row.decode(nameInside);
  return entry === undefined ? { faults } : { value: { ...entry, jmapid }, faults };
}

function nameInside(item: DlistItem): string | undefined {
  const dbname = asBytes(kvGet(item, 'N'));
  return dbname && dbnameToMboxname(dbname);
}

/** Faults told of one row; its list of names may be as long as the row. */
const MAX_FAULTS = 20;

class Row {
  private readonly faults: FormatFault[] = [];

  constructor(
    private readonly label: string,
    private readonly file: string,
    private readonly value: Buffer,
  ) {}

  decode(nameOf: (item: DlistItem) => string | undefined, uniqueidOfKey?: string): Decoded<Mbentry> {
    const { value: item, faults } = parseDlist(this.value, this.file);
    for (const { expected = '', actual = '' } of faults) this.fault(expected, actual);
    if (item === undefined) return { faults: this.faults };
    if (item.kind !== 'kvlist') {
      this.fault('a kvlist %(...)', this.value.subarray(0, 24).toString('latin1'));
      return { faults: this.faults };
    }
    const mboxname = nameOf(item);
    if (mboxname === undefined) {
      this.fault('a name in N', 'none');
      return { faults: this.faults };
    }
    const value: Mbentry = {
      mboxname,
      ...present('uniqueid', uniqueidOfKey ?? this.string(item, 'I')),
      ...present('jmapid', this.string(item, 'J')),
      mbtype: parseMbtype(this.string(item, 'T')),
      ...present('partition', this.string(item, 'P')),
      ...present('server', this.string(item, 'S')),
      acl: this.acl(item),
      ...present('uidvalidity', this.number(item, 'V', MAX_UIDVALIDITY)),
      ...present('foldermodseq', this.number(item, 'F')),
      ...present('createdmodseq', this.number(item, 'C')),
      ...present('mtime', this.number(item, 'M')),
      history: this.history(item),
    };
    return { value, faults: this.faults };
  }

  private string(item: DlistItem, key: string): string | undefined {
    const value = kvGet(item, key);
    if (value === undefined || value.kind === 'nil') return undefined;
    const text = asString(value);
    if (text === undefined) this.fault(`a string in ${key}`, value.kind);
    return text;
  }

  private number(item: DlistItem, key: string, max = Infinity): number | undefined {
    const value = kvGet(item, key);
    if (value === undefined || value.kind === 'nil') return undefined;
    const number = asNumber(value);
    if (number !== undefined && number <= max) return number;
    const expected = max === Infinity ? `a number in ${key}` : `a number in ${key}, at most ${String(max)}`;
    this.fault(expected, asString(value) ?? value.kind);
    return undefined;
  }

  private acl(item: DlistItem): readonly AclEntry[] {
    const value = kvGet(item, 'A');
    if (value === undefined) return [];
    const acl = aclFromDlist(value);
    if (acl === undefined) this.fault('a kvlist of rights in A', asString(value) ?? value.kind);
    return acl ?? [];
  }

  private history(item: DlistItem): readonly MbentryName[] {
    const value = kvGet(item, 'H');
    if (value === undefined || value.kind === 'nil') return [];
    const list = asList(value);
    if (list === undefined) this.fault('a list of names in H', value.kind);
    const names: MbentryName[] = [];
    for (const entry of list ?? []) {
      const dbname = asBytes(kvGet(entry, 'N'));
      if (dbname === undefined) {
        this.fault('a kvlist with N in H', entry.kind);
        continue;
      }
      names.push({
        mboxname: dbnameToMboxname(dbname),
        ...present('mtime', this.number(entry, 'M')),
        ...present('uidvalidity', this.number(entry, 'V', MAX_UIDVALIDITY)),
        ...present('createdmodseq', this.number(entry, 'C')),
        ...present('foldermodseq', this.number(entry, 'F')),
        ...present('mbtype', this.string(entry, 'T')),
        ...present('partition', this.string(entry, 'P')),
      });
    }
    return names;
  }

  private fault(expected: string, actual: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    this.faults.push({
      code: 'mbentry-syntax',
      file: this.file,
      expected,
      actual: `${shown(this.label)}: ${shown(actual)}`,
    });
  }
}

function present<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;
}
