import type { MailboxHead } from '../../model/record-pair.js';

/**
 * True when the master's index began anew: a younger uidvalidity, and fewer UIDs used than the replica knows of. UIDs
 * are never given back, so the index was lost and made again.
 */
export function wasRecreated(master: MailboxHead, replica: MailboxHead): boolean {
  return master.uidvalidity > replica.uidvalidity && master.lastUid < replica.lastUid;
}
