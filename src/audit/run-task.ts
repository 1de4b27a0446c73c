import type { Unit } from '../sources/spool/mailbox-list.js';
import { auditUnit, newUnitResult } from './audit-unit.js';
import { openContext, type AuditContext, type AuditPlan } from './context.js';
import type { UnitResult } from './unit-result.js';
import { walkSpool, type WalkTask } from './walk-spool.js';

/** What a worker is asked to do. Plain data. */
export type AuditTask =
  { readonly kind: 'units'; readonly units: readonly Unit[] } | { readonly kind: 'walk'; readonly walk: WalkTask };

let opened: { readonly key: string; readonly ctx: AuditContext } | undefined;

/** Runs one task; the sides stay open in this thread for the next one. */
export function runTask({ plan, task }: { readonly plan: AuditPlan; readonly task: AuditTask }): UnitResult {
  const key = JSON.stringify(plan);
  if (opened?.key !== key) {
    opened?.ctx.close();
    opened = { key, ctx: openContext(plan) };
  }
  const { ctx } = opened;
  const result = newUnitResult(ctx);
  if (task.kind === 'walk') {
    result.findings.push(...walkSpool(ctx, task.walk, result.unaudited));
    return result;
  }
  for (const unit of task.units) {
    try {
      auditUnit(ctx, unit, result);
    } catch (error) {
      // One user must not take the rest of the batch with him, and must not look clean.
      result.unaudited.push({
        what: nameOfUnit(unit),
        reason: `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      });
    }
  }
  return result;
}

/** For a person: `user fred`, `mailbox shared.news`. */
export function nameOfUnit(unit: Unit): string {
  return unit.kind === 'user' ? `user ${unit.userid}` : `mailbox ${unit.mboxname}`;
}
