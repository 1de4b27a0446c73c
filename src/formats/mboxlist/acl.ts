import { decodeName } from '../../bytes/text.js';
import type { AclEntry } from '../../model/mailbox.js';
import { asString, type DlistItem } from '../dlist/dlist.js';

/** An ACL stored as a kvlist, in stored order; undefined when the item is something else. */
export function aclFromDlist(item: DlistItem): AclEntry[] | undefined {
  if (item.kind === 'nil') return [];
  if (item.kind !== 'kvlist') return undefined;
  const acl: AclEntry[] = [];
  for (const { key, value } of item.pairs) {
    const rights = value.kind === 'nil' ? '' : asString(value);
    if (rights === undefined) return undefined;
    acl.push({ identifier: key, rights });
  }
  return acl;
}

/** The same from the text of a kvlist of plain atoms; undefined when it takes the grammar to read it. */
export function aclFromPlain(text: string): AclEntry[] | undefined {
  if (text === '') return [];
  const words = text.split(' ');
  if (words.length % 2 !== 0 || words.includes('NIL')) return undefined;
  const acl: AclEntry[] = [];
  for (let i = 0; i < words.length; i += 2) acl.push({ identifier: words[i]!, rights: words[i + 1]! });
  return acl;
}

/** An ACL stored as `identifier TAB rights TAB ...`. An identifier without rights has the empty string. */
export function aclFromText(bytes: Buffer): AclEntry[] {
  const fields = decodeName(bytes).split('\t');
  const acl: AclEntry[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const identifier = fields[i]!;
    if (identifier !== '') acl.push({ identifier, rights: fields[i + 1] ?? '' });
  }
  return acl;
}
