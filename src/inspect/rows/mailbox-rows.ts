import type { CyrusDbRow } from '../../formats/cyrusdb/cyrusdb.js';
import { listForm } from '../../formats/mboxlist/generation.js';
import { classifyKey, classifyPlainKey } from '../../formats/mboxlist/key.js';
import { parseJmapidRow, parseMbentry, parseUniqueidRow } from '../../formats/mboxlist/mbentry.js';
import { MBTYPE_KINDS } from '../../formats/mboxlist/mbtype.js';
import { parsePlainEntry } from '../../formats/mboxlist/plain-entry.js';
import type { Decoded } from '../../model/fault.js';
import type { Mbentry } from '../../model/mailbox.js';
import { bytesToText, fieldsOf, type Item } from '../inspection.js';
import { versionOf } from '../written-by.js';
import { decodedRow, rowFaults, type RowKind } from './row-kind.js';

const PERCENT = 0x25;
const DOLLAR = 0x24;
const TYPED = '3';

/** Generation of a row of a list whose keys are names: both kinds of value occur in one list. */
const generationOf = ({ value }: CyrusDbRow): string => (value[0] === PERCENT ? '2' : '1');

export const mailboxRows: RowKind = {
  format: 'mailboxes.db',
  name: /^mailboxes\.db/,
  isRow: ({ key, value }) => {
    const { kind } = classifyKey(key);
    if (kind === 'acl' || kind === 'jmapid' || kind === 'usergroup') return true;
    const text = value.toString('latin1', 0, 4096);
    if (kind === 'uniqueid' && text.includes(' N ')) return true;
    if (kind === 'name' && key.includes(0x1f)) return text.startsWith('%(');
    if (/^\$(RACL|RUNQ)/.test(key.toString('latin1'))) return true;
    return /^%\(.*\bA %\(/s.test(text) || /^(\(.*\) )?\d{1,5} [^ \t]+ ([^\t]+\t[^\t]*\t)+$/s.test(text);
  },
  about: (rows) => {
    const first: CyrusDbRow[] = [];
    const form = listForm(remembering(rows, first));
    if (form === undefined) return {};
    const name = first.find(({ key }) => key[0] !== DOLLAR);
    return versionOf('mailboxes.db', form === 'typed' || name === undefined ? TYPED : generationOf(name));
  },
  decoder: (file, { formatVersion }) => {
    if (formatVersion === undefined || formatVersion === TYPED) return (row) => typedRow(row, file);
    return (row) => {
      const own = generationOf(row);
      return plainListRow(row, file, own === formatVersion ? {} : versionOf('mailboxes.db', own));
    };
  },
};

function* remembering(rows: Iterable<CyrusDbRow>, seen: CyrusDbRow[]): Generator<CyrusDbRow> {
  for (const row of rows) {
    seen.push(row);
    yield row;
  }
}

function* typedRow(row: CyrusDbRow, file: string): Generator<Item> {
  const key = classifyKey(row.key);
  switch (key.kind) {
    case 'name':
      yield* mbentry(row, { type: 'mailbox' }, parseMbentry(key.mboxname, row.value, file));
      return;
    case 'uniqueid':
      yield* mbentry(row, { type: 'mailbox-by-uniqueid' }, parseUniqueidRow(key.uniqueid, row.value, file));
      return;
    case 'jmapid': {
      const owner = key.userid === '' ? {} : { userid: key.userid };
      yield* mbentry(row, { type: 'mailbox-by-jmapid', ...owner }, parseJmapidRow(key.jmapid, row.value, file));
      return;
    }
    case 'acl':
    case 'usergroup': {
      const { kind, ...fields } = key;
      yield { type: kind === 'acl' ? 'reverse-acl' : kind, ...fieldsOf(fields) };
      return;
    }
    case 'unknown':
      yield* unknownKey(row, file);
  }
}

function* plainListRow(row: CyrusDbRow, file: string, version: Readonly<Record<string, string>>): Generator<Item> {
  const key = classifyPlainKey(row.key);
  switch (key.kind) {
    case 'name':
      yield* mbentry(row, { type: 'mailbox' }, parsePlainEntry(key.mboxname, row.value, file), version);
      return;
    case 'acl':
    case 'uniqueid': {
      const { kind, ...fields } = key;
      const value = row.value.length === 0 ? {} : { value: bytesToText(row.value) };
      yield { type: kind === 'acl' ? 'reverse-acl' : 'name-by-uniqueid', ...fieldsOf(fields), ...value };
      return;
    }
    case 'unknown':
      yield* unknownKey(row, file);
  }
}

function unknownKey(row: CyrusDbRow, file: string): Iterable<Item> {
  const actual = JSON.stringify(row.key.subarray(0, 80).toString('latin1'));
  return rowFaults(row, [{ code: 'mboxlist-key', file, expected: 'a key of a mailbox list', actual }]);
}

/** The type as its letters, as Cyrus stores it, and in words. */
function mbentry(
  row: CyrusDbRow,
  start: Item,
  { value, faults }: Decoded<Mbentry>,
  extra: Readonly<Record<string, string>> = {},
): Iterable<Item> {
  if (value === undefined) return rowFaults(row, faults);
  const { mbtype, ...entry } = value;
  const { kind, letters, ...flags } = mbtype;
  const set = Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : []));
  const words = { mbtype: letters, kind: MBTYPE_KINDS[kind] ?? kind, ...(set.length === 0 ? {} : { flags: set }) };
  return decodedRow(row, start, { value: { ...entry, ...words }, faults }, extra);
}
