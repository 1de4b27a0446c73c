import type { QuotaRootPair } from '../../compare/user-metadata.js';

/**
 * True when the master is known to have done without the root: the pending log says that it was removed, or that the
 * mailboxes which name it were renamed or went with their user; or the root is still there and the mailboxes below it
 * are gone.
 */
export function isRemovedOnMaster(pair: QuotaRootPair): boolean {
  if (pair.namedOnMaster) return false;
  if (pair.goneByLog === true) return true;
  return pair.master === undefined ? pair.logged : !pair.coversOnMaster;
}
