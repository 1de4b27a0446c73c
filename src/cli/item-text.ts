import { printable } from '../report/printable.js';
import type { AclEntry } from '../model/mailbox.js';
import type { Item, Json } from '../inspect/inspection.js';

/** Fields that hold seconds since the epoch. */
const TIMES =
  /^(internaldate|lastUpdated|savedate|lastAppenddate|lastRepackTime|recenttime|pop3\w+|mtime|lastread|lastchange|firstExpunged)$/;

/** A field without quotes where it reads well without them. */
function valueText(name: string, value: Json): string {
  if (typeof value === 'number' && value > 0 && TIMES.test(name))
    return `${value} (${new Date(value * 1000).toISOString().replace('.000Z', 'Z')})`;
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? printable(value) : printable(JSON.stringify(value));
  if (Array.isArray(value) && value.every((element) => typeof element !== 'object'))
    return value.length === 0 ? '-' : printable(value.map(String).join(' '));
  if (name === 'acl' && Array.isArray(value))
    return printable(
      (value as readonly AclEntry[]).map(({ identifier, rights }) => `${identifier}=${rights}`).join(' '),
    );
  return printable(JSON.stringify(value));
}

/** A header takes a line per field, as it has many of them and comes once; all else takes one line. */
export function itemText(item: Item): string {
  const { type, ...fields } = item;
  const entries = Object.entries(fields).map(([name, value]) => [name, valueText(name, value)] as const);
  if (type !== 'header') return `${printable(type)}: ${entries.map(([name, text]) => `${name} ${text}`).join(', ')}\n`;
  return `header:\n${entries.map(([name, text]) => `  ${name.padEnd(18)} ${text}\n`).join('')}`;
}
