/** Storage (KiB), messages, annotation storage (KiB), mailboxes. Source: quota_db_names, imap/quota_db.c 3.6.1. */
const RESOURCES = ['S', 'M', 'AS', 'NF'] as const;
type Resource = (typeof RESOURCES)[number];

/** What replication compares of a quota root. */
export interface QuotaLimits {
  /** A resource that is not named is unlimited. */
  readonly limits: Readonly<Partial<Record<Resource, number>>>;
  /** Without conversations it grows by one with every write that replication did not make. undefined before 3.0. */
  readonly modseq?: number;
}

/** One quota root as the user's mailboxes and the quota database of each side have it. */
export interface QuotaRootPair {
  readonly root: string;
  readonly master?: QuotaLimits;
  readonly replica?: QuotaLimits;
  /** cyrus.header of at least one of the user's mailboxes there names the root. */
  readonly namedOnMaster: boolean;
  readonly namedOnReplica: boolean;
  /** The master has a live mailbox of this name or below it. */
  readonly coversOnMaster: boolean;
  /** Every channel has a pending QUOTA line for the root: the limits on the master were set since. */
  readonly logged: boolean;
  /** The pending log renames the mailboxes of the replica that name the root, or removes their user. */
  readonly goneByLog?: boolean;
  /** A root of shared mailboxes: no sync of a user carries it, only its QUOTA line does. */
  readonly isShared?: boolean;
}

export interface QuotaDifference {
  readonly kind: 'quota-limit' | 'quotaroot-only-on-master' | 'quotaroot-only-on-replica';
  readonly pair: QuotaRootPair;
  /** The resource whose limit differs; undefined = the root as a whole. */
  readonly resource?: Resource;
}

/**
 * How one quota root differs as sync_do_user_quota sees it: the limits, never the usage, of the roots that mailboxes
 * name. Source: sync_do_user_quota, update_quota_work, imap/sync_support.c 3.6.1.
 */
export function compareQuotaRoot(pair: QuotaRootPair): QuotaDifference[] {
  const { master, replica, namedOnMaster, namedOnReplica, isShared, logged } = pair;
  if (isShared === true && !logged) return limitDifferences(pair);
  // A root that only mailboxes of the replica name is removed there, whether or not the master has it.
  if (!namedOnMaster)
    return replica !== undefined && namedOnReplica ? [{ kind: 'quotaroot-only-on-replica', pair }] : [];
  if (master === undefined) return replica === undefined ? [] : [{ kind: 'quotaroot-only-on-replica', pair }];
  if (replica === undefined) return [{ kind: 'quotaroot-only-on-master', pair }];
  return limitDifferences(pair);
}

/** A root that one side lacks limits nothing there. */
function limitDifferences(pair: QuotaRootPair): QuotaDifference[] {
  const { master, replica } = pair;
  return RESOURCES.filter((name) => master?.limits[name] !== replica?.limits[name]).map((resource) => ({
    kind: 'quota-limit',
    pair,
    resource,
  }));
}

/** The mailboxes that are subscribed on one side only, each list in order. */
export function compareSubscriptions(
  master: ReadonlySet<string>,
  replica: ReadonlySet<string>,
): { readonly onlyOnMaster: string[]; readonly onlyOnReplica: string[] } {
  return {
    onlyOnMaster: [...master].filter((name) => !replica.has(name)).sort(),
    onlyOnReplica: [...replica].filter((name) => !master.has(name)).sort(),
  };
}

export interface UidSpan {
  readonly from: number;
  readonly to: number;
}

/** One user's seen state of one mailbox. */
export interface SeenState {
  /** Seconds since the epoch. */
  readonly lastread: number;
  readonly lastuid: number;
  /** Seconds since the epoch. */
  readonly lastchange: number;
  readonly sequence: string;
  readonly seen: readonly UidSpan[];
}

export interface SeenDifference {
  readonly uniqueid: string;
  readonly master: SeenState;
  readonly replica?: SeenState;
  /** UIDs that only the replica has as seen, whether or not such messages exist. */
  readonly extra: readonly UidSpan[];
}

/**
 * The rows of the master that replication writes over those of the replica. A row that only the replica has is left
 * alone. Source: sync_do_user_seen, seen_compare, 3.6.1.
 */
export function compareSeen(
  master: ReadonlyMap<string, SeenState>,
  replica: ReadonlyMap<string, SeenState>,
): SeenDifference[] {
  const differences: SeenDifference[] = [];
  for (const [uniqueid, m] of master) {
    const r = replica.get(uniqueid);
    if (r === undefined) {
      differences.push({ uniqueid, master: m, extra: [] });
    } else if (
      m.lastuid !== r.lastuid ||
      m.lastread !== r.lastread ||
      m.lastchange !== r.lastchange ||
      m.sequence !== r.sequence
    ) {
      differences.push({ uniqueid, master: m, replica: r, extra: subtractSpans(r.seen, m.seen) });
    }
  }
  return differences.sort((a, b) => (a.uniqueid < b.uniqueid ? -1 : 1));
}

/** Rows that only the replica has, with something seen; replication never looks at them. In order. */
export function seenOnlyOnReplica(
  master: ReadonlyMap<string, SeenState>,
  replica: ReadonlyMap<string, SeenState>,
): { readonly uniqueid: string; readonly state: SeenState }[] {
  return [...replica]
    .filter(([uniqueid, { seen }]) => seen.length > 0 && !master.has(uniqueid))
    .map(([uniqueid, state]) => ({ uniqueid, state }))
    .sort((a, b) => (a.uniqueid < b.uniqueid ? -1 : 1));
}

/** The UIDs of `spans` that are not in `without`; both ascending and without overlaps. */
export function subtractSpans(spans: readonly UidSpan[], without: readonly UidSpan[]): UidSpan[] {
  const rest: UidSpan[] = [];
  let n = 0;
  for (const { from, to } of spans) {
    let at = from;
    while (n < without.length && without[n]!.to < at) n++;
    for (let k = n; k < without.length && without[k]!.from <= to && at <= to; k++) {
      const hole = without[k]!;
      if (hole.from > at) rest.push({ from: at, to: hole.from - 1 });
      at = Math.max(at, hole.to + 1);
    }
    if (at <= to) rest.push({ from: at, to });
  }
  return rest;
}

/** A message record as the seen state looks at it. */
export interface UidState {
  readonly uid: number;
  readonly expunged: boolean;
}

/**
 * How many messages lose their seen state when `extra` is dropped: those of `extra` that are live on the master, or
 * live on the replica without a record on the master (they may be copied back). Spans cover the UIDs of messages that
 * are long gone, and the master drops these when it next writes the row. Both sides ascend by UID.
 */
export function countSeenMessages(
  extra: readonly UidSpan[],
  master: Iterable<UidState>,
  replica: Iterable<UidState>,
): number {
  const within = spanFilter(extra);
  let count = 0;
  const m = master[Symbol.iterator]();
  let nextM = m.next();
  const takeMaster = (): void => {
    const { uid, expunged } = nextM.value as UidState;
    if (!expunged && within(uid)) count++;
    nextM = m.next();
  };
  for (const { uid, expunged } of replica) {
    while (nextM.done !== true && nextM.value.uid < uid) takeMaster();
    if (nextM.done !== true && nextM.value.uid === uid) takeMaster();
    else if (!expunged && within(uid)) count++;
  }
  while (nextM.done !== true) takeMaster();
  return count;
}

/** Tells whether ascending UIDs lie in `spans`. */
function spanFilter(spans: readonly UidSpan[]): (uid: number) => boolean {
  let n = 0;
  return (uid) => {
    while (n < spans.length && spans[n]!.to < uid) n++;
    return n < spans.length && spans[n]!.from <= uid;
  };
}
