import { SIDES, type PairRole } from '../model/effects.js';
import type { PredictedRecord } from './apply-prediction.js';

/** What one side has of a #sieve mailbox, and what makes lmtpd run one of the scripts in it. */
export interface SieveMailboxSide {
  readonly before: readonly PredictedRecord[];
  /** As replication leaves it; ascending by UID. */
  readonly after: readonly PredictedRecord[];
  /** The script that the link `defaultbc` names; undefined = there is no link. */
  readonly link?: string;
  /** The compiled script that the link names is there. */
  readonly hasBytecode: boolean;
}

/** What lmtpd runs: the script of a message, the one that the link has always named, or none. */
type Run = { readonly uid: number } | { readonly kept: string } | undefined;

export interface ActiveScriptOutcome {
  /** The link that a side loses although a script is marked as active there afterwards. */
  readonly lostOn: readonly PairRole[];
  /** lmtpd runs other scripts on the two sides afterwards, and nothing of it was done by replication. */
  readonly differs: boolean;
}

/** True for the message of a script that is marked as the active one. Source: store_script, imap/sieve_db.c 3.6.1. */
export const isActiveScript = ({ expunged, flags }: PredictedRecord): boolean =>
  !expunged && flags.includes('\\Flagged');

/**
 * What becomes of the link to the active script, which no replication carries: each side makes it, and removes it, while
 * it takes the \Flagged of one record after the other, in the order of the UIDs. A \Flagged that goes from a script
 * to one with a lower UID sets the link first and removes it then. Source: mailbox_update_sieve, imap/mailbox.c 3.6.1 to
 * 3.13.7. Run: 3.6.1.
 */
export function predictActiveScript(master: SieveMailboxSide, replica: SieveMailboxSide): ActiveScriptOutcome {
  const active = master.after.filter(isActiveScript).map(({ uid }) => uid);
  const runs = { master: followLink(master), replica: followLink(replica) };
  const lostOn = SIDES.filter((role) => active.length > 0 && runs[role].isRemoved);
  return {
    lostOn,
    differs: lostOn.length === 0 && !isSameRun(runs.master.run, runs.replica.run, { master, replica }),
  };
}

function followLink({ before, after, link, hasBytecode }: SieveMailboxSide): { run: Run; isRemoved: boolean } {
  const known = new Map(before.map((record) => [record.uid, record]));
  let run: Run = link === undefined ? undefined : { kept: link };
  let isRemoved = false;
  let isGone = false;
  const set = (uid: number): void => {
    run = { uid };
    isRemoved = false;
  };
  for (const record of after) {
    const old = known.get(record.uid);
    if (old === undefined) {
      if (isActiveScript(record)) set(record.uid);
    } else if (old.expunged) continue;
    // The compiled script goes, the link stays and leads nowhere.
    else if (record.expunged) isGone ||= isActiveScript(old);
    else if (isActiveScript(record) && !isActiveScript(old)) set(record.uid);
    else if (!isActiveScript(record) && isActiveScript(old)) {
      isRemoved = true;
      run = undefined;
    }
  }
  // Without a script that is marked, nobody compiles again what a link leads to.
  const leadsNowhere = !after.some(isActiveScript) && (isGone || !hasBytecode);
  return { run: leadsNowhere && run !== undefined && 'kept' in run ? undefined : run, isRemoved };
}

function isSameRun(
  m: Run,
  r: Run,
  { master, replica }: { readonly master: SieveMailboxSide; readonly replica: SieveMailboxSide },
): boolean {
  if (m === undefined || r === undefined) return m === r;
  if ('kept' in m && 'kept' in r) return m.kept === r.kept;
  if ('uid' in m && 'uid' in r) return m.uid === r.uid;
  // One side has it as it was, the other as a message: the same when that message was the marked one there before.
  const [uid, before] = 'uid' in m ? [m.uid, replica.before] : [(r as { uid: number }).uid, master.before];
  const marked = before.filter(isActiveScript);
  return marked.length === 1 && marked[0]!.uid === uid;
}
