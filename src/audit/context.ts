import {
  ENGINE_TRAITS,
  NO_HAZARDS,
  hazardsBetween,
  type EngineTraits,
  type EngineVersion,
  type ReleaseHazards,
} from '../replication/engine.js';
import { engineOfSide, isKnownToDiffer, type SideEngine } from './engine-of-side.js';
import { ListIndex } from '../sources/spool/list-index.js';
import { TypedMailboxList, type MailboxList } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { openAtRest } from '../sources/spool/open-at-rest.js';
import type { Side, SideSpec } from '../sources/spool/open-side.js';
import { readPendingLogs, type PendingLog } from '../sources/spool/pending-log.js';
import type { IoLimit } from '../sources/io-limit.js';
import { readAgain, type ReadAgain } from '../sources/read-again.js';
import { stampOf } from '../sources/changed-since.js';
import { AuditError } from '../model/audit-error.js';
import type { SideRole } from '../model/effects.js';
import type { ListHints } from './check-list.js';

export type Level = 'index' | 'files' | 'content';

/** Part `part` (from 1) of `of` about equal ones. */
export interface Subset {
  readonly part: number;
  readonly of: number;
}

/** What every thread needs to audit on its own; plain data. */
export interface AuditPlan {
  readonly sides: readonly SideSpec[];
  readonly level: Level;
  readonly findingCap: number;
  /** Mailboxes that the master's list may have lost without an explanation before it is distrusted as a whole. */
  readonly maxLost: number;
  /** Globs over userid, mboxname and partition; empty = all. */
  readonly users: readonly string[];
  readonly mailboxes: readonly string[];
  readonly partitions: readonly string[];
  /** Seconds that a thread may take for one user or shared mailbox, or for a batch of them; default: an hour. */
  readonly timeLimit?: number;
  /** How fast all threads together may read the sides. */
  readonly ioLimit?: IoLimit;
  /** At level `content` only this part of the message files is hashed. */
  readonly subset?: Subset;
  /** At level `content` only messages are hashed whose record was changed since. Unit: s since the epoch. */
  readonly hashSince?: number;
  /** Releases that the caller named; the spool tells the others. */
  readonly engines?: Readonly<Partial<Record<SideRole, EngineVersion>>>;
}

/** A side with its mailbox list decoded on demand. */
export interface OpenedSide {
  readonly side: Side;
  readonly list: MailboxList;
}

/** Both sides (or the single one) as one thread has them open. */
export interface AuditContext {
  readonly plan: AuditPlan;
  readonly sides: ReadonlyMap<SideRole, OpenedSide>;
  /** Pending logs of the master, by channel; empty for a single side. */
  readonly logs: readonly PendingLog[];
  readonly engine: ReplicationEngine;
  /** How bytes that failed a checksum are read once more. */
  readonly readAgain: ReadAgain;
  /** For tests: a mailbox that is the same on both sides is read like any other. */
  readonly readsAllInFull?: boolean;
  /** Before anything of it was read. Unit: ms since the epoch. */
  readonly openedAt: number;
  /** True when a server has written to that database of a side since it was opened. */
  hasChanged(database: 'list' | 'annotations'): boolean;
  close(): void;
}

/** The engine that replicates this pair. */
export interface ReplicationEngine {
  readonly sides: Readonly<Partial<Record<SideRole, SideEngine>>>;
  /** Of the master's release, or of the single side's. */
  readonly traits: EngineTraits;
  readonly hazards: ReleaseHazards;
  /** Both servers replicate the user's #sieve mailbox; otherwise scripts travel by commands of their own. */
  readonly carriesSieveMailbox: boolean;
}

/** The releases of both sides: as they were named, else as the spools imply. */
function replicationEngine({ engines = {} }: AuditPlan, sides: ReadonlyMap<SideRole, OpenedSide>): ReplicationEngine {
  const of: Partial<Record<SideRole, SideEngine>> = {};
  for (const [role, { side, list }] of sides) of[role] = engineOfSide(engines[role], side, list);
  const { master, replica, single } = of;
  const hazards =
    master !== undefined && replica !== undefined && isKnownToDiffer(master, replica)
      ? hazardsBetween(master.version, replica.version)
      : NO_HAZARDS;
  const traits = ENGINE_TRAITS[(master ?? single)!.version];
  const carriesSieveMailbox =
    traits.sieve === 'mailbox' && (replica === undefined || ENGINE_TRAITS[replica.version].sieve === 'mailbox');
  return { sides: of, traits, hazards, carriesSieveMailbox };
}

/** What was learnt of each side's list when it was looked through. */
export type SideHints = Partial<Record<SideRole, ListHints>>;

/** Of these what still holds when a server has written to a list since. What was once judged as damaged stays so. */
export function lastingHints(hints: SideHints = {}): SideHints {
  const lasting: SideHints = {};
  for (const [role, { annotationsAreDamaged }] of Object.entries(hints) as [SideRole, ListHints][])
    lasting[role] = { isRaw: false, annotationsAreDamaged };
  return lasting;
}

/** @throws AuditError when there is no list that can be read */
function openWithList(
  spec: SideSpec,
  isRaw: boolean,
  stamps: Map<string, string>,
): { readonly side: Side; readonly list: MailboxList } {
  const side = openAtRest(spec, undefined, ({ list, annotations }) => {
    for (const { path } of [list, annotations]) stamps.set(path, stampOf(path));
  });
  if (isRaw) side.list.db?.trustRawOrder?.();
  const list = openMailboxList(side);
  if (list !== undefined) return { side, list };
  side.close();
  throw new AuditError(
    'io',
    `${side.list.path}: expected a mailbox list, found none that can be read`,
    'cyraudit check tells what is wrong with this side. Absolute paths of a copy need the root below which they lie.',
  );
}

/** Opens what the plan names. @throws AuditError, also for a list that cannot be opened */
export function openContext(plan: AuditPlan, hints: SideHints = {}, again: ReadAgain = readAgain): AuditContext {
  const openedAt = Date.now();
  const sides = new Map<SideRole, OpenedSide>();
  const stamps = new Map<string, string>();
  for (const spec of plan.sides) {
    const { isRaw = false, index, annotationsAreDamaged = false } = hints[spec.role] ?? {};
    const { side, list } = openWithList(spec, isRaw, stamps);
    side.annotations.isDamaged = annotationsAreDamaged;
    if (index !== undefined && list instanceof TypedMailboxList) list.index = ListIndex.of(index);
    sides.set(spec.role, { side, list });
  }
  const master = sides.get('master');
  return {
    plan,
    sides,
    engine: replicationEngine(plan, sides),
    logs: master === undefined ? [] : readPendingLogs(master.side.layout.syncLog),
    readAgain: again,
    openedAt,
    hasChanged: (database) =>
      [...sides.values()].some(({ side }) => stampOf(side[database].path) !== stamps.get(side[database].path)),
    close: () => {
      for (const { side } of sides.values()) side.close();
    },
  };
}

/** True when a log is pending and every channel's has it, so that whichever serves the replica does. */
export const isLoggedByAll = (logs: readonly PendingLog[], has: (log: PendingLog) => boolean): boolean =>
  logs.length > 0 && logs.every(has);

/** sync_client takes the names of a log in batches of so many, and knows a rename by both names in one batch.
 *  Source: do_sync, imap/sync_client.c, 2.4 to 3.6. */
const BATCH_NAMES = 1000;

/** True when every channel that has a pending log carries this rename. A folder that was renamed first and
 *  moved with its user then has no line of its own: its names are of two lines. */
export function isRenameLogged(
  logs: readonly PendingLog[],
  oldName: string,
  newName: string,
  sameCohort: boolean,
): boolean {
  return isLoggedByAll(
    logs,
    (log) =>
      log.renames.has(`${oldName}\0${newName}`) ||
      (log.mailboxes.has(oldName) &&
        log.mailboxes.has(newName) &&
        (sameCohort || (log.files.length === 1 && log.mailboxNames <= BATCH_NAMES))),
  );
}

type RemovalContext = Pick<AuditContext, 'logs' | 'engine'>;

/** True when every channel has a line that removes this user, who has no INBOX on the master, on the replica. */
export function isUnuserLogged({ logs, engine }: RemovalContext, userid: string): boolean {
  return isLoggedByAll(logs, (log) => removesUser(log, engine, userid));
}

/** True when any channel has such a line: which one serves the replica is not known, and one is enough to do harm. */
export function mayUnuser({ logs, engine }: RemovalContext, userid: string): boolean {
  return logs.some((log) => removesUser(log, engine, userid));
}

function removesUser(log: PendingLog, { traits }: ReplicationEngine, userid: string): boolean {
  return log.unuser.has(userid) || (traits.userWithoutInbox === 'wiped' && log.users.has(userid));
}

/** True when only a part of the pair was asked for. */
export function isNarrowed({ users, mailboxes, partitions }: AuditPlan): boolean {
  return users.length > 0 || mailboxes.length > 0 || partitions.length > 0;
}
