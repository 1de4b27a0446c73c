import { mboxnameToDbname, parseName } from '../formats/mboxlist/names.js';
import { classifyKey } from '../formats/mboxlist/key.js';
import { rowsWithPrefix } from '../formats/cyrusdb/cyrusdb.js';
import type { Mbentry } from '../model/mailbox.js';
import { isLive, type MailboxList } from '../sources/spool/mailbox-list.js';
import type { Side } from '../sources/spool/open-side.js';

/** Present when the server keeps reverse ACLs. Source: mboxlist.md section 5. */
const MARKER = Buffer.from('AS\x1e');
/** Rows without a right that are told. */
const MAX_STRAY = 100;

export interface AclRow {
  readonly identifier: string;
  readonly mboxname: string;
}

type Names = Pick<Side, 'layout' | 'conf'>;

/** Who can see the mailbox beside its owner and the administrators. Source: mboxlist_update_racl, imap/mboxlist.c 3.6.7. */
function seers({ layout, conf }: Names, entry: Mbentry): { readonly scope: 'U' | 'S'; readonly identifiers: string[] } {
  const { deletedPrefix, defaultdomain } = layout;
  const { owner } = parseName(entry.mboxname, { deletedPrefix, defaultdomain });
  const admins = conf.list('admins');
  const identifiers = entry.acl
    .filter(({ identifier, rights }) => /[lr]/.test(rights) && !identifier.startsWith('-'))
    .map(({ identifier }) => identifier)
    .filter((identifier) => identifier !== owner && !admins.includes(identifier));
  return { scope: owner === undefined ? 'S' : 'U', identifiers };
}

/** Identifiers that may see this mailbox of a list of 3.6 and have no row that says so. */
export function missingAclRows(side: Names, list: MailboxList, entry: Mbentry): string[] {
  if (list.generation !== 3 || list.db.get(MARKER) === undefined) return [];
  const { scope, identifiers } = seers(side, entry);
  const dbname = mboxnameToDbname(entry.mboxname);
  return identifiers.filter((identifier) => {
    const key = Buffer.concat([Buffer.from(`A${scope}\x1e${identifier}\x1e`), dbname]);
    return list.db.get(key) === undefined;
  });
}

/** Rows of a whole list of 3.6 for which the mailbox gives no right, that name no mailbox, or that have no marker. */
export function strayAclRows(side: Names, list: MailboxList): AclRow[] {
  const stray: AclRow[] = [];
  if (list.generation !== 3) return stray;
  const admins = side.conf.list('admins');
  const isKept = list.db.get(MARKER) !== undefined;
  for (const { key } of rowsWithPrefix(list.db, Buffer.from('A'))) {
    const row = classifyKey(key);
    if (row.kind !== 'acl' || row.identifier === undefined || row.mboxname === undefined) continue;
    if (admins.includes(row.identifier)) continue;
    const entry = list.byName(row.mboxname);
    const isGiven =
      isKept && entry !== undefined && isLive(entry) && seers(side, entry).identifiers.includes(row.identifier);
    if (!isGiven) stray.push({ identifier: row.identifier, mboxname: row.mboxname });
    if (stray.length >= MAX_STRAY) break;
  }
  return stray;
}
