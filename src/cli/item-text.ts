import { printable } from '../report/printable.js';
import type { AclEntry } from '../model/mailbox.js';
import type { About, Item, Json } from '../inspect/inspection.js';

/** Fields that hold seconds since the epoch. */
const TIMES =
  /^(internaldate|lastUpdated|savedate|lastAppenddate|lastRepackTime|recenttime|pop3\w+|mtime|lastread|lastchange|firstExpunged|recovery|time|indexMtime)$/;

/** The last second that a Date can hold; a damaged file may say any. */
const LATEST = 8_640_000_000_000;

/** A field without quotes where it reads well without them. */
function valueText(name: string, value: Json): string {
  if (typeof value === 'number' && value > 0 && value <= LATEST && TIMES.test(name))
    return `${value} (${new Date(value * 1000).toISOString().replace('.000Z', 'Z')})`;
  if (typeof value === 'string')
    return /^[^\s"={},]+$/.test(value) ? printable(value) : printable(JSON.stringify(value));
  if (value === null) return '-';
  if (typeof value !== 'object') return String(value);
  if (isList(value)) {
    if (value.length === 0) return '-';
    if (name === 'acl') return aclText(value as unknown as readonly AclEntry[]);
    return value.map((part) => valueText(name, part)).join(' ');
  }
  return `{${Object.entries(value)
    .map(([key, inner]) => `${printable(key)} ${valueText(key, inner)}`)
    .join(', ')}}`;
}

/** `Array.isArray` does not narrow to a readonly list. */
const isList = (value: object): value is readonly Json[] => Array.isArray(value);

const aclText = (acl: readonly AclEntry[]): string =>
  printable(acl.map(({ identifier, rights }) => `${identifier}=${rights}`).join(' '));

/** What a file is: the line above its items. */
export function aboutText(file: string, { format, backend, formatVersion, writtenBy }: About): string {
  const parts = [
    backend === undefined ? format : `${format} in ${backend}`,
    ...(formatVersion === undefined ? [] : [`version ${formatVersion}`]),
    ...(writtenBy === undefined ? [] : [`written by Cyrus ${writtenBy}`]),
  ];
  return printable(`${file}: ${parts.join(', ')}`) + '\n';
}

/** Those with many fields, of which a file has one. */
const BLOCKS: readonly Item['type'][] = ['header', 'counters'];

/** A header takes a line per field; all else takes one line. */
export function itemText(item: Item): string {
  const { type, ...fields } = item;
  const entries = Object.entries(fields).map(([name, value]) => [name, valueText(name, value)] as const);
  if (!BLOCKS.includes(type))
    return `${printable(type)}: ${entries.map(([name, text]) => `${name} ${text}`).join(', ')}\n`;
  const width = Math.max(...entries.map(([name]) => name.length));
  return `${type}:\n${entries.map(([name, text]) => `  ${name.padEnd(width)} ${text}\n`).join('')}`;
}
