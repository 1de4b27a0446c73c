import { decodeName } from '../../bytes/text.js';
import { dbnameToMboxname } from './names.js';

/** Between the fields of a record key. Source: imap/mboxlist.c DB_RECORDSEP_CHAR, 3.6.1. */
const RECORDSEP = '\x1e';

export type MboxlistKey =
  | { readonly kind: 'name'; readonly dbname: Buffer; readonly mboxname: string }
  | { readonly kind: 'uniqueid'; readonly uniqueid: string }
  /** Reverse ACL: `identifier` may see `mboxname`. The marker row that switches them on has neither. */
  | {
      readonly kind: 'acl';
      readonly scope: 'user' | 'shared';
      readonly identifier?: string;
      readonly mboxname?: string;
    }
  | { readonly kind: 'jmapid'; readonly userid: string; readonly jmapid: string }
  | { readonly kind: 'group' }
  /** Written by 2.5 to 3.5: the file has not been converted to typed keys. */
  | { readonly kind: 'older-generation' }
  | { readonly kind: 'unknown' };

/**
 * What a key of mailboxes.db stands for, read as a key of the third generation (3.6+). Plain names of older lists
 * can only be told by their beginning, so a shared mailbox of such a list is `unknown`.
 * Source: mboxlist.md section 5.
 */
export function classifyKey(key: Buffer): MboxlistKey {
  const text = decodeName(key);
  switch (text[0]) {
    case 'N': {
      const dbname = key.subarray(1);
      return dbname.length === 0 ? { kind: 'unknown' } : { kind: 'name', dbname, mboxname: dbnameToMboxname(dbname) };
    }
    case 'I': {
      const uniqueid = text.slice(1);
      return /^[0-9A-Za-z-]+$/.test(uniqueid) ? { kind: 'uniqueid', uniqueid } : { kind: 'unknown' };
    }
    case 'A':
      return aclKey(text);
    case 'J': {
      const [userid, jmapid, more] = text.slice(1).split(RECORDSEP);
      return userid === undefined || jmapid === undefined || more !== undefined
        ? { kind: 'unknown' }
        : { kind: 'jmapid', userid, jmapid };
    }
    case 'U':
      return /^UG[^\x1e]*\x1e/.test(text) ? { kind: 'group' } : { kind: 'unknown' };
    default:
      return /^(\$RACL|\$RUNQ|([^!]*!)?(user|DELETED)\.)/.test(text)
        ? { kind: 'older-generation' }
        : { kind: 'unknown' };
  }
}

function aclKey(text: string): MboxlistKey {
  const scope = text.startsWith('AU' + RECORDSEP) ? 'user' : text.startsWith('AS' + RECORDSEP) ? 'shared' : undefined;
  if (scope === undefined) return { kind: 'unknown' };
  const fields = text.slice(3).split(RECORDSEP);
  if (fields.length === 1 && fields[0] === '' && scope === 'shared') return { kind: 'acl', scope };
  const [identifier, dbname] = fields;
  if (fields.length !== 2 || !identifier || !dbname) return { kind: 'unknown' };
  return { kind: 'acl', scope, identifier, mboxname: dbnameToMboxname(dbname) };
}
