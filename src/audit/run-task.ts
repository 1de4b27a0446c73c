import { limitReads } from '../sources/io-limit.js';
import { readAgain as readAgainFromDisk } from '../sources/read-again.js';
import type { Unit } from '../sources/spool/mailbox-list.js';
import { auditUnit, newUnitResult } from './audit-unit.js';
import { lastingHints, openContext, type AuditContext, type AuditPlan, type SideHints } from './context.js';
import { checkList } from './check-list.js';
import { addCodeCounts, type CodeCounts } from './collect-findings.js';
import { FLEETING, mayBeInTransit } from './find-moving.js';
import { AuditError, whatFailed } from '../model/audit-error.js';
import type { SideRole } from '../model/effects.js';
import { userPart } from '../model/unaudited-user.js';
import { doubtsOf, keepWhatWasSeen, sightingsOf, takeOutDoubtful } from './sightings.js';
import { addUnitResult, emptyResult, type UnitResult, type UnsettledUnit } from './unit-result.js';
import { walkSpool, type WalkTask } from './walk-spool.js';

/**
 * What a worker is asked to do. Plain data. Every look but the first has the sides opened anew, as a server may have
 * been at work.
 */
export type AuditTask =
  | {
      readonly kind: 'units';
      readonly units: readonly UnsettledUnit[];
      readonly look: Look;
      readonly hints?: SideHints;
    }
  | {
      readonly kind: 'walk';
      readonly walk: WalkTask;
      readonly again?: Omit<Look, 'isRechecked'>;
      readonly hints?: SideHints;
    }
  /** Looks through the mailbox list of a side. */
  | { readonly kind: 'list'; readonly role: SideRole };

/** One of several looks at the same units. */
export interface Look {
  /** From 0. */
  readonly number: number;
  /** Whatever is found now must be found again to count. */
  readonly isRechecked: boolean;
  /** There is no further look: what moves even now is not audited. */
  readonly isLast: boolean;
  /** What was written to shortly before counts as it is: whoever asks looks again by himself, or cannot. */
  readonly asItIs?: true;
}

let opened: { readonly key: string; readonly ctx: AuditContext } | undefined;

/**
 * Runs one task; the sides stay open in this thread for the next one.
 * @param readAgain how bytes are read once more that failed a checksum
 */
export function runTask(
  { plan, task }: { readonly plan: AuditPlan; readonly task: AuditTask },
  readAgain = readAgainFromDisk,
): UnitResult {
  limitReads(plan.ioLimit);
  if (task.kind === 'list') {
    const result = emptyResult();
    result.list = checkList(
      plan.sides.find(({ role }) => role === task.role)!,
      readAgain,
    );
    result.unstable.push(...result.list.unstable);
    return result;
  }
  const look = task.kind === 'walk' ? (task.again?.number ?? 0) : task.look.number;
  const key = JSON.stringify([plan, look]);
  // What an open list says of the next units may be past already.
  if (opened?.key !== key || opened.ctx.hasChanged('list') || opened.ctx.hasChanged('annotations')) {
    const hints = opened?.key === key ? lastingHints(task.hints) : task.hints;
    closeTasks();
    opened = { key, ctx: openContext(plan, hints, readAgain) };
  }
  const { ctx } = opened;
  const result = newUnitResult(ctx);
  if (task.kind === 'walk') {
    const since = Date.now();
    // One by one, here and wherever there may be some hundred thousand: as arguments of one call they overflow the stack.
    for (const finding of walkSpool(ctx, task.walk, result.unaudited)) result.findings.push(finding);
    if (mayBeInTransit(ctx, result.findings, since)) result.moving.push({ kind: 'list', before: true });
    return result;
  }
  for (const unit of task.units) lookAt(ctx, unit, task.look, result);
  return result;
}

function lookAt(ctx: AuditContext, of: UnsettledUnit, look: Look, result: UnitResult): void {
  const { unit, seen } = of;
  const ofUnit = newUnitResult(ctx);
  try {
    auditUnit(ctx, unit, ofUnit);
  } catch (error) {
    // One user must not take the rest of the batch with him, and must not look clean.
    const reason = error instanceof AuditError ? error.message : `internal error: ${whatFailed(error)}`;
    ofUnit.unaudited.push({ what: nameOfUnit(unit), reason });
  }
  // No matter what a later look finds: the disk has given two answers.
  for (const read of ofUnit.unstable.splice(0)) result.unstable.push(read);
  if (look.asItIs === true) ofUnit.moving.splice(0, Infinity, ...ofUnit.moving.filter(({ before }) => before !== true));
  const isMoving = ofUnit.moving.length > 0 || (look.number === 0 && isFleeting(ofUnit));
  if (isMoving && !look.isLast) {
    const doubted = doubtsOf(ofUnit);
    conclude(ofUnit, of, 'busy: a server changed it meanwhile');
    result.unsettled.push({
      unit,
      ...(seen === undefined ? {} : { seen }),
      ...(doubted.length === 0 ? {} : { doubts: doubted }),
      told: ofUnit,
    });
    return;
  }
  addCodeCounts(result.settled, conclude(ofUnit, of, BUSY));
  const found = look.isRechecked ? sightingsOf(ofUnit) : [];
  if (found.length > 0) result.unsettled.push({ unit, seen: found, told: ofUnit });
  else {
    if (unit.kind === 'user' && isSound(ofUnit)) ofUnit.soundUsers.push(unit.userid);
    addUnitResult(result, ofUnit);
  }
}

/**
 * Leaves of one unit what counts when there is no further look.
 * @param busy what is said of the parts that a server was changing
 * @returns how much of an earlier look is gone, by code
 */
function conclude(ofUnit: UnitResult, { unit, seen, doubts }: UnsettledUnit, busy: string): CodeCounts {
  const now = new Set(seen === undefined ? [] : sightingsOf(ofUnit));
  const missing = missingOf(ofUnit);
  leaveOutMoving(ofUnit, unit, new Set(doubts), busy);
  forgetMissing(ofUnit, missing);
  return seen === undefined ? {} : keepWhatWasSeen(ofUnit, seen, now);
}

/** Of one unit: nothing was found, and all of it was looked at. */
function isSound({ cleanUsers, mailboxes, findings, unaudited }: UnitResult): boolean {
  return cleanUsers === 1 && mailboxes.length === 0 && findings.length === 0 && unaudited.length === 0;
}

const BUSY = 'busy: a server changed it at every look';

/** What moves is not audited. @param doubts of the look before */
function leaveOutMoving(result: UnitResult, unit: Unit, doubts: ReadonlySet<string>, reason: string): void {
  const { moving, mailboxes, users, findings, unaudited } = result;
  for (const part of moving.splice(0)) {
    if (part.before === true) {
      // Nobody wrote while it was looked at; what stays is how it is.
      if (!takeOutDoubtful(result, part, doubts)) continue;
    } else if (part.kind === 'mailbox') {
      const isOther = ({ mboxname }: { readonly mboxname?: string }): boolean => mboxname !== part.mboxname;
      mailboxes.splice(0, Infinity, ...mailboxes.filter(isOther));
      unaudited.splice(0, Infinity, ...unaudited.filter(isOther));
    } else {
      users.splice(0);
      if (part.kind === 'list') {
        mailboxes.splice(0);
        findings.splice(0);
      }
    }
    if (part.kind === 'mailbox') unaudited.push({ what: 'mailbox', mboxname: part.mboxname, reason });
    else unaudited.push({ what: nameOfUnit(unit), reason });
  }
}

/** Mailboxes without a directory that are told of one unit, by side. */
function missingOf({ mailboxes }: UnitResult): ReadonlyMap<SideRole, number> {
  const missing = new Map<SideRole, number>();
  for (const { side, code } of mailboxes.flatMap(({ findings }) => findings))
    if (side !== undefined && code === 'mailbox-directory-missing') missing.set(side, (missing.get(side) ?? 0) + 1);
  return missing;
}

/** What is not told any more does not speak against the list either. */
function forgetMissing(result: UnitResult, before: ReadonlyMap<SideRole, number>): void {
  const now = missingOf(result);
  for (const [side, n] of before) {
    let less = n - (now.get(side) ?? 0);
    for (const partition of Object.values(result.sides[side]?.partitions ?? {})) {
      const of = Math.min(less, partition.missing);
      partition.missing -= of;
      less -= of;
    }
  }
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
  return unit.kind === 'user' ? userPart(unit.userid) : `mailbox ${unit.mboxname}`;
}
