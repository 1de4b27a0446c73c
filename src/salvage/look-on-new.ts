import type { ManifestUnaudited } from '../generated/manifest.js';
import { changedSince, stampOf } from '../sources/changed-since.js';
import { holdUp } from '../sources/hold-up.js';
import { openAccount, partOf, type Account, type SalvageSides } from './account.js';
import { CopiesOnNew } from './find-on-new.js';

/** Before NEW is looked through again because its server wrote meanwhile. Unit: ms. */
const BACK_OFF = [20, 100, 300, 1000] as const;

/**
 * Looks for messages in all mailboxes of an account on NEW. While a server is at work, a message can move from a mailbox
 * that was not yet read to one that was: then all are read again, and what was seen once counts as seen.
 * @param guids 20 bytes each, in Latin-1
 */
export function lookOnNew(
  sides: SalvageSides,
  account: Account,
  guids: readonly string[],
  tell: (part: ManifestUnaudited) => void,
): CopiesOnNew {
  const copies = new CopiesOnNew(guids);
  let { newer: entries } = account;
  for (let attempt = 0; ; attempt++) {
    const since = Date.now();
    copies.forgetDamaged();
    const newer = sides.newer();
    const stamp = stampOf(newer.side.list.path);
    const paths: string[] = [];
    const failures: ManifestUnaudited[] = [];
    for (const entry of entries) {
      const reason = copies.lookThrough(newer, entry, (path) => paths.push(path));
      if (reason !== undefined)
        failures.push({ what: 'messages of a mailbox', side: 'new', mboxname: entry.mboxname, reason });
    }
    if (!copies.lacksAny) return copies;
    if (!changedSince(paths, since) && stampOf(newer.side.list.path) === stamp) {
      for (const failure of failures) tell(failure);
      return copies;
    }
    const delay = BACK_OFF[attempt];
    if (delay === undefined) {
      tell({ ...partOf(account.unit), side: 'new', reason: 'busy: a server wrote to his mailboxes at every look' });
      for (const failure of failures) tell(failure);
      return copies;
    }
    holdUp(delay);
    entries = openAccount(sides.old, sides.newer(), account.unit).newer;
  }
}
