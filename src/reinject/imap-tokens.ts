/** What a command of IMAP is made of, and what an answer comes as: the attributes of imapflow. */

export interface Attribute {
  readonly type?: string;
  readonly value?: unknown;
  readonly section?: readonly Attribute[];
}
export type Attributes = readonly (Attribute | Attributes)[];
export interface Untagged {
  readonly command: string;
  readonly attributes: Attributes;
}

export const atom = (value: string): Attribute => ({ type: 'ATOM', value });
export const string = (value: string): Attribute => ({ type: 'STRING', value });
export const sequence = (value: string): Attribute => ({ type: 'SEQUENCE', value });

export function textOf(attribute: Attribute | Attributes | undefined): string {
  if (attribute === undefined || Array.isArray(attribute)) return '';
  const { value } = attribute as Attribute;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

/** `FETCH (UID 7 FLAGS (...))`: values by name. */
export function fetchValues(attributes: Attributes): ReadonlyMap<string, Attribute | Attributes> {
  const list = attributes.find((one) => Array.isArray(one)) as Attributes | undefined;
  const values = new Map<string, Attribute | Attributes>();
  for (let i = 0; list !== undefined && i + 1 < list.length; i += 2)
    values.set(textOf(list[i]).toUpperCase(), list[i + 1]!);
  return values;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** An internaldate as APPEND takes it. @param seconds since the epoch */
export function imapDate(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(8, 10)}-${MONTHS[Number(iso.slice(5, 7)) - 1]!}-${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`;
}
