import { readAgain as readAgainFromDisk } from '../sources/read-again.js';
import type { Unit } from '../sources/spool/mailbox-list.js';
import { auditUnit, newUnitResult } from './audit-unit.js';
import { openContext, type AuditContext, type AuditPlan, type SideHints } from './context.js';
import { checkList } from './check-list.js';
import type { SideRole } from '../model/effects.js';
import { addUnitResult, emptyResult, type UnitResult } from './unit-result.js';
import { walkSpool, type WalkTask } from './walk-spool.js';

/**
 * What a worker is asked to do. Plain data. `again`: for the second time, with the sides opened anew, as a server may
 * have been at work the first time.
 */
export type AuditTask =
  | ((
      { readonly kind: 'units'; readonly units: readonly Unit[] } | { readonly kind: 'walk'; readonly walk: WalkTask }
    ) & { readonly again?: true; readonly hints?: SideHints })
  /** Looks through the mailbox list of a side. */
  | { readonly kind: 'list'; readonly role: SideRole };

/**
 * What a mailbox looks like that is created, renamed, deleted or repacked between a look at the list or the index and
 * one at the disk.
 */
const FLEETING: ReadonlySet<string> = new Set([
  'annotation-stray',
  'cache-generation-mismatch',
  'cache-missing',
  'cache-repack-interrupted',
  'copy-of-entry-stale',
  'entry-lost',
  'entry-lost-on-replica',
  'header-disagrees-with-list',
  'index-unreadable',
  'mailbox-directory-missing',
  'mailbox-file-missing',
  'message-file-twice',
  'orphan-directory',
  'quotaroot-of-mailbox-wrong',
  'reverse-acl-row-missing',
  'tombstone-over-live-directory',
  'uniqueid-row-differs',
]);

let opened: { readonly key: string; readonly ctx: AuditContext } | undefined;

/**
 * Runs one task; the sides stay open in this thread for the next one.
 * @param readAgain how bytes are read once more that failed a checksum
 */
export function runTask(
  { plan, task }: { readonly plan: AuditPlan; readonly task: AuditTask },
  readAgain = readAgainFromDisk,
): UnitResult {
  if (task.kind === 'list') {
    const result = emptyResult();
    result.list = checkList(
      plan.sides.find(({ role }) => role === task.role)!,
      readAgain,
    );
    result.unstable.push(...result.list.unstable);
    return result;
  }
  const key = JSON.stringify([plan, task.again]);
  if (opened?.key !== key) {
    closeTasks();
    opened = { key, ctx: openContext(plan, task.hints, readAgain) };
  }
  const { ctx } = opened;
  const result = newUnitResult(ctx);
  if (task.kind === 'walk') {
    // One by one, here and wherever there may be some hundred thousand: as arguments of one call they overflow the stack.
    for (const finding of walkSpool(ctx, task.walk, result.unaudited)) result.findings.push(finding);
    return result;
  }
  for (const unit of task.units) {
    const ofUnit = newUnitResult(ctx);
    try {
      auditUnit(ctx, unit, ofUnit);
    } catch (error) {
      // One user must not take the rest of the batch with him, and must not look clean.
      ofUnit.unaudited.push({
        what: nameOfUnit(unit),
        reason: `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      });
    }
    if (task.again === undefined && isFleeting(ofUnit)) result.unsettled.push(unit);
    else addUnitResult(result, ofUnit);
  }
  return result;
}

/** Closes what `runTask` left open in this thread. */
export function closeTasks(): void {
  opened?.ctx.close();
  opened = undefined;
}

function isFleeting({ mailboxes, findings }: UnitResult): boolean {
  return (
    mailboxes.some(({ counts }) => Object.keys(counts).some((code) => FLEETING.has(code))) ||
    findings.some(({ code }) => FLEETING.has(code))
  );
}

/** For a person: `user fred`, `mailbox shared.news`. */
export function nameOfUnit(unit: Unit): string {
  return unit.kind === 'user' ? `user ${unit.userid}` : `mailbox ${unit.mboxname}`;
}
