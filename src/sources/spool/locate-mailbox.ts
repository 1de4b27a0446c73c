import { existsSync } from 'node:fs';
import { splitUserid } from '../../formats/mboxlist/names.js';
import type { Mbentry } from '../../model/mailbox.js';
import type { MailboxDirs, SpoolLayout, UserMeta } from './paths.js';

/** True for an entry of a list of before 3.6. */
export function isOlderEntry({ mbtype }: Mbentry): boolean {
  return mbtype.legacyDirs && !mbtype.letters.includes('l');
}

/**
 * Where a mailbox is. Releases up to 2.5 hashed `^` as it stands under fulldirhash and 3.0 no longer does; which of them
 * wrote an older list cannot be told from its rows, so for such an entry the directory that is there decides.
 */
export function locateMailbox(layout: SpoolLayout, entry: Mbentry): MailboxDirs | undefined {
  const dirs = layout.mailboxDirs(entry);
  if (!layout.fullDirHash || !isOlderEntry(entry) || !entry.mboxname.includes('^')) return dirs;
  if (dirs === undefined || existsSync(dirs.data)) return dirs;
  const older = layout.mailboxDirs(entry, true);
  return older !== undefined && existsSync(older.data) ? older : dirs;
}

/**
 * Where a user's database is; `inbox` is his live INBOX on the side. Releases up to 2.5 kept `^` for a dot in its name
 * and hashed that; beside an older list such a file counts unless it has a successor.
 */
export function locateUserMeta(
  layout: SpoolLayout,
  userid: string,
  suffix: UserMeta,
  inbox: Mbentry | undefined,
): string | undefined {
  if (inbox === undefined) return layout.userMetaPath(userid, suffix);
  const { uniqueid, mbtype } = inbox;
  const path = layout.userMetaPath(userid, suffix, {
    ...(uniqueid === undefined ? {} : { uniqueid }),
    legacyDirs: mbtype.legacyDirs,
  });
  const { localpart } = splitUserid(userid, layout.defaultdomain);
  if (path === undefined || !localpart.includes('.') || !isOlderEntry(inbox) || existsSync(path)) return path;
  const older = layout.userMetaPath(localpart.replaceAll('.', '^') + userid.slice(localpart.length), suffix);
  return older !== undefined && existsSync(older) ? older : path;
}

/** Where a user's sieve scripts are; `inbox` is his live INBOX on the side. */
export function locateSieve(layout: SpoolLayout, userid: string, { uniqueid, mbtype }: Mbentry): string | undefined {
  const { legacyDirs } = mbtype;
  return layout.sievePath(userid, { ...(uniqueid === undefined ? {} : { uniqueid }), legacyDirs });
}
