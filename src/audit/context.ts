import { ListIndex } from '../sources/spool/list-index.js';
import { TypedMailboxList, type MailboxList } from '../sources/spool/mailbox-list.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { openSide, type Side, type SideSpec } from '../sources/spool/open-side.js';
import { readPendingLogs, type PendingLog } from '../sources/spool/pending-log.js';
import type { SideRole } from '../model/effects.js';
import type { ListHints } from './check-list.js';

export type Level = 'index' | 'files' | 'content';

/** What every thread needs to audit on its own; plain data. */
export interface AuditPlan {
  readonly sides: readonly SideSpec[];
  readonly level: Level;
  readonly findingCap: number;
  /** Globs over userid, mboxname and partition; empty = all. */
  readonly users: readonly string[];
  readonly mailboxes: readonly string[];
  readonly partitions: readonly string[];
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
  close(): void;
}

/** What was learnt of each side's list when it was looked through. */
export type SideHints = Partial<Record<SideRole, ListHints>>;

/** Opens what the plan names. @throws AuditError; a list that cannot be opened is an error of the caller's */
export function openContext(plan: AuditPlan, hints: SideHints = {}): AuditContext {
  const sides = new Map<SideRole, OpenedSide>();
  for (const spec of plan.sides) {
    const side = openSide(spec);
    const { isRaw = false, index } = hints[spec.role] ?? {};
    if (isRaw) side.list.db?.trustRawOrder?.();
    const list = openMailboxList(side);
    if (list === undefined) throw new Error(`${side.list.path}: given to a worker although it cannot be read`);
    if (index !== undefined && list instanceof TypedMailboxList) list.index = ListIndex.of(index);
    sides.set(spec.role, { side, list });
  }
  const master = sides.get('master');
  return {
    plan,
    sides,
    logs: master === undefined ? [] : readPendingLogs(master.side.layout.syncLog),
    close: () => {
      for (const { side } of sides.values()) side.close();
    },
  };
}

/** True when every channel that has a pending log carries this rename, so that whichever serves the replica does. */
export function isRenameLogged(
  logs: readonly PendingLog[],
  oldName: string,
  newName: string,
  sameCohort: boolean,
): boolean {
  return (
    logs.length > 0 &&
    logs.every(
      (log) =>
        log.renames.has(`${oldName}\0${newName}`) ||
        (sameCohort && log.mailboxes.has(oldName) && log.mailboxes.has(newName)),
    )
  );
}

/** True when every channel has a line that removes this user on the replica. */
export function isUnuserLogged(logs: readonly PendingLog[], userid: string): boolean {
  return logs.length > 0 && logs.every((log) => log.unuser.has(userid));
}

/** True when any channel has such a line: which one serves the replica is not known, and one is enough to do harm. */
export function mayUnuser(logs: readonly PendingLog[], userid: string): boolean {
  return logs.some((log) => log.unuser.has(userid));
}

/** True when only a part of the pair was asked for. */
export function isNarrowed({ users, mailboxes, partitions }: AuditPlan): boolean {
  return users.length > 0 || mailboxes.length > 0 || partitions.length > 0;
}
