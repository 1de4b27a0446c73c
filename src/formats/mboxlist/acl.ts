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
