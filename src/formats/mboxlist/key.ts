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
  /** Empty userid = a shared mailbox. 3.13+. */
  | { readonly kind: 'jmapid'; readonly userid: string; readonly jmapid: string }
  /** A user is in a group; there is a row for each direction. 3.12+. */
  | { readonly kind: 'usergroup'; readonly name: string; readonly related: string }
  | { readonly kind: 'unknown' };

/** What a key of a list of the third generation (3.6+) stands for. Source: mboxlist.md section 5. */
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
      return usergroupKey(text);
    default:
      return { kind: 'unknown' };
  }
}

function usergroupKey(text: string): MboxlistKey {
  const [name, related, more] = text.slice(2).split(RECORDSEP);
  return text.startsWith('UG') && name && related && more === undefined
    ? { kind: 'usergroup', name, related }
    : { kind: 'unknown' };
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

/** What a key of a list of 2.2 to 3.5 stands for. */
export type PlainListKey =
  | { readonly kind: 'name'; readonly mboxname: string }
  /** Reverse ACL, 3.0+: `identifier` may see `mboxname`. The row that switches them on has neither. */
  | {
      readonly kind: 'acl';
      readonly scope?: 'user' | 'shared';
      readonly identifier?: string;
      readonly mboxname?: string;
    }
  /** Names by uniqueid, 3.3 to 3.5. The row that switches them on has neither. */
  | { readonly kind: 'uniqueid'; readonly uniqueid?: string; readonly mboxname?: string }
  | { readonly kind: 'unknown' };

/** Source: mboxlist_racl_key and mboxlist_runiqueid_key, imap/mboxlist.c 3.0.18, 3.4.8; mboxlist.md section 5. */
export function classifyPlainKey(key: Buffer): PlainListKey {
  const text = decodeName(key);
  // Names never begin with a dollar.
  if (!text.startsWith('$')) return text === '' ? { kind: 'unknown' } : { kind: 'name', mboxname: text };
  if (text === '$RACL') return { kind: 'acl' };
  if (text === '$RUNQ') return { kind: 'uniqueid' };
  const acl = /^\$RACL\$([US])\$([^$]+)\$(.+)$/s.exec(text);
  if (acl !== null)
    return { kind: 'acl', scope: acl[1] === 'U' ? 'user' : 'shared', identifier: acl[2]!, mboxname: acl[3]! };
  const runq = /^\$RUNQ\$([^$]+)\$(.+)$/s.exec(text);
  return runq === null ? { kind: 'unknown' } : { kind: 'uniqueid', uniqueid: runq[1]!, mboxname: runq[2]! };
}
