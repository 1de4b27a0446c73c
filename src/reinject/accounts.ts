import type { ManifestMessage } from '../generated/manifest.js';
import { ownerOf } from './imap-names.js';

/** Whose mailboxes a message is looked for in: a user's, or one shared mailbox by itself. */
export interface Account {
  /** As the journal names it. */
  readonly label: string;
  /** For whom the administrator acts; undefined = for himself. */
  readonly user?: string;
}

/** Of the mailbox on NEW: its user may have another name there. */
export function accountOf({ target: { mboxname } }: Pick<ManifestMessage, 'target'>): Account {
  const user = ownerOf(mboxname);
  return user === undefined ? { label: `shared ${mboxname}` } : { label: `user ${user}`, user };
}
