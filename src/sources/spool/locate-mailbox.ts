import { existsSync } from 'node:fs';
import type { Mbentry } from '../../model/mailbox.js';
import type { MailboxDirs, SpoolLayout } from './paths.js';

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
