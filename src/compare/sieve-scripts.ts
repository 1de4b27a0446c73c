/** One script of a user. */
export interface SieveScript {
  /** SHA-1 of the source, hexadecimal. */
  readonly sha1: string;
  /** Seconds since the epoch: the mtime of a file, or the internaldate of a message. Replication carries it along. */
  readonly changed: number;
}

/** What one side has of a user's scripts, wherever it keeps them. */
export interface SieveState {
  readonly scripts: ReadonlyMap<string, SieveScript>;
  /** Name of the script that is run at delivery. */
  readonly active?: string;
  /** When the last script came or went. Seconds since the epoch; undefined = not known. */
  readonly changed?: number;
}

export type SieveDifference =
  | {
      readonly kind: 'sieve-script';
      readonly name: string;
      /** `unseen`: both have it with other content, and the replica's counts as newer, so that nothing is sent. */
      readonly change: 'only-on-master' | 'only-on-replica' | 'replaced' | 'unseen';
      /** What the replica has is an older state of the master, as far as the disk and the pending log tell. */
      readonly isLag: boolean;
    }
  | {
      readonly kind: 'sieve-active';
      readonly master?: string;
      readonly replica?: string;
      readonly isLag: boolean;
    };

export interface SieveEvidence {
  /** Which of two scripts of one name is sent: whatever differs, or only what is newer on the master. */
  readonly by: 'content' | 'time';
  /** Every channel has a pending line for the user's scripts: they were changed on the master since. */
  readonly logged: boolean;
}

/**
 * The scripts that replication by SIEVE commands sends, removes or passes over, in order of their names; then the
 * active one. The master's set always wins. Source: sync_do_user_sieve, imap/sync_support.c 3.4.9, 3.6.1;
 * do_user_sieve, imap/sync_client.c 2.4.20.
 */
export function compareSieve(
  master: SieveState,
  replica: SieveState,
  { by, logged }: SieveEvidence,
): SieveDifference[] {
  const differences: SieveDifference[] = [];
  for (const name of [...new Set([...master.scripts.keys(), ...replica.scripts.keys()])].sort()) {
    const m = master.scripts.get(name);
    const r = replica.scripts.get(name);
    const add = (change: (SieveDifference & { kind: 'sieve-script' })['change'], isLag: boolean): void => {
      differences.push({ kind: 'sieve-script', name, change, isLag });
    };
    if (r === undefined) add('only-on-master', true);
    // A script that is newer than the last change of the master's directory was not removed from it.
    else if (m === undefined) add('only-on-replica', logged && r.changed <= (master.changed ?? -1));
    else if (m.sha1 === r.sha1) continue;
    else if (by === 'time' && r.changed >= m.changed) add('unseen', false);
    else add('replaced', logged && m.changed > r.changed);
  }
  if (master.active !== replica.active) {
    differences.push({
      kind: 'sieve-active',
      ...(master.active === undefined ? {} : { master: master.active }),
      ...(replica.active === undefined ? {} : { replica: replica.active }),
      // That none is active takes nothing from the user.
      isLag: logged || replica.active === undefined,
    });
  }
  return differences;
}
