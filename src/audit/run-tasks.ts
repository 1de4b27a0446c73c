import { setTimeout } from 'node:timers/promises';
import { LIST_FINDINGS } from '../findings/catalogue.js';
import type { CyrusDb } from '../formats/cyrusdb/cyrusdb.js';
import { AuditError } from '../model/audit-error.js';
import type { ReportedFinding } from '../model/effects.js';
import { globFilter } from '../model/globs.js';
import { isNarrowed, lastingHints, type AuditPlan, type SideHints } from './context.js';
import type { HardwareTally } from './hardware-evidence.js';
import { findLeftovers } from './leftovers.js';
import type { ListedFindings } from './listed-findings.js';
import { damageIn } from './check-list.js';
import type { CheckedSide } from './open-lists.js';
import { PendingUnits } from './pending-units.js';
import { nameOfUnit, type Look } from './run-task.js';
import { untilStopped, whyStopped } from './stop.js';
import { TaskLoop, type AuditReply, type LoopTask, type TaskRunner } from './task-loop.js';
import { addFound, type Found, type UnitResult, type UnsettledUnit } from './unit-result.js';
import { planWalk, type WalkTask } from './walk-spool.js';
import { walkUnits } from './walk-units.js';

export interface AuditProgress {
  readonly mailboxesDone: number;
  /** An estimate until the whole list has been read. */
  readonly mailboxesTotal: number;
  readonly records: number;
}

/** Names per task: enough to make the hand-over cheap, few enough to keep all threads busy to the end. */
const NAMES_PER_TASK = 64;
/** Hashing takes so long that threads wait for the last one when it has a large task. */
const NAMES_PER_HASHING_TASK = 8;
/** Users and shared mailboxes per task, when they are audited again. */
const UNITS_PER_TASK = 16;
/** Before each further look at what a server changed while it was looked at. Unit: ms. */
const BACK_OFF = [0, 100, 300, 1000, 2000] as const;
/** Before each further walk through a piece of a spool where something was found. Unit: ms. */
const WALK_BACK_OFF = [0, 500, 2000] as const;

/** Everything that the threads found, added up. */
export interface Totals extends Found {
  readonly hardware: HardwareTally;
  /** How much of `mailboxes` and `users` is listed. */
  readonly listing: ListedFindings;
}

export interface PlannedLook {
  /** Before it begins. Unit: ms. */
  readonly delay: number;
  readonly look: Look;
}

/** The first look, those that were asked for, and those at what a server is changing. */
export function planLooks(recheck: number, recheckDelay: number): readonly PlannedLook[] {
  const delays = [0, ...Array.from({ length: recheck }, () => recheckDelay * 1000), ...BACK_OFF];
  return delays.map((delay, number) => ({
    delay,
    look: { number, isRechecked: number < recheck, isLast: number === delays.length - 1 },
  }));
}

/** Audits every unit of the lists, walks through the spools, and looks again at what moved. */
export async function runTasks(
  runner: TaskRunner,
  room: number,
  checked: CheckedSide[],
  {
    plan,
    hints,
    looks,
    signal,
  }: {
    readonly plan: AuditPlan;
    readonly hints: SideHints;
    readonly looks: readonly PlannedLook[];
    readonly signal: AbortSignal;
  },
  totals: Totals,
  onProgress: ((progress: AuditProgress) => void) | undefined,
): Promise<void> {
  let done = 0;
  let seen = 0;
  let records = 0;
  // A server at work changes the list and the disk while we look at one after the other. What may be no more than that
  // is looked at again when everything else is done, and counts as it is found then.
  let unsettled: UnsettledUnit[] = [];
  const walked = new Map<WalkTask, readonly ReportedFinding[]>();
  /** Of these, what is to be walked once more. */
  let inTransit: WalkTask[] = [];
  const estimate = estimateNames(checked.flatMap(({ list }) => list?.db ?? []));
  /** Of tasks whose thread failed: one of several units may have been to blame, or another task of that thread. */
  const lost: { readonly unit: UnsettledUnit; readonly look: Look }[] = [];
  let isAlone = false;
  const leaveOut = (what: string, reason = whyStopped(signal)): void => void totals.unaudited.push({ what, reason });
  const pending = new PendingUnits(totals.listing);
  const add = (result: UnitResult): void => {
    addFound(totals, {
      ...result,
      mailboxes: result.mailboxes.map((mailbox) => totals.listing.take(mailbox)),
      users: result.users.map((user) => totals.listing.take(user)),
    });
    totals.listing.settle();
    for (const counts of Object.values(result.sides)) records += counts.records;
    totals.hardware.add(result.evidence, result.unstable);
  };
  // What an earlier look found was not found again; it is not known to be gone either.
  const leaveOutUnit = (unit: UnsettledUnit, reason?: string): void => {
    const told = pending.take(unit);
    if (told !== undefined) add(told);
    leaveOut(nameOfUnit(unit.unit), reason ?? whyStopped(signal, told !== undefined));
  };
  const leaveOutTask = (task: LoopTask, reason?: string): void => {
    if (task.kind === 'units') {
      for (const unit of task.units) leaveOutUnit(unit, reason);
      return;
    }
    const found = walked.get(task.walk) ?? [];
    for (const finding of found) totals.findings.push(finding);
    for (const name of task.walk.directories)
      leaveOut(`${task.walk.root}/${name}`, reason ?? whyStopped(signal, found.length > 0));
  };
  const take = (task: LoopTask, names: number, reply: AuditReply): void => {
    done += names;
    if (!reply.ok) {
      if (task.kind === 'walk' || isAlone) leaveOutTask(task, reply.reason);
      else for (const unit of task.units) lost.push({ unit, look: task.look });
      return;
    }
    const { result } = reply;
    if (task.kind === 'walk') {
      const before = new Set(walked.get(task.walk)?.map(placeOf));
      const still = result.findings.filter((finding) => before.has(placeOf(finding)));
      if (task.again?.isLast === false && result.moving.length > 0 && still.length > 0) {
        walked.set(task.walk, still);
        inTransit.push(task.walk);
        return;
      }
      for (const part of result.unaudited) totals.unaudited.push(part);
      if (task.again !== undefined) {
        for (const finding of still) totals.findings.push(finding);
      } else if (result.findings.length > 0) walked.set(task.walk, result.findings);
      return;
    }
    for (const unit of task.units) pending.take(unit);
    for (const unit of result.unsettled) unsettled.push(pending.keep(unit));
    add(result);
    onProgress?.({ mailboxesDone: done, mailboxesTotal: Math.max(seen, estimate), records });
  };

  const loop = new TaskLoop(runner, room, signal, take);
  const matchesUser = globFilter(plan.users);
  const [first, ...further] = looks;
  const namesPerTask = plan.level === 'content' ? NAMES_PER_HASHING_TASK : NAMES_PER_TASK;
  let batch: UnsettledUnit[] = [];
  let names = 0;
  const pause = async (delay: number): Promise<boolean> => {
    await untilStopped(
      signal,
      setTimeout(delay, undefined, { signal }).catch(() => undefined),
    );
    return !signal.aborted;
  };
  for await (const { unit, names: ofUnit } of walkUnits(checked, pause)) {
    seen += ofUnit;
    if (plan.users.length > 0 && !(unit.kind === 'user' && matchesUser(unit.userid))) continue;
    batch.push({ unit });
    names += ofUnit;
    if (names < namesPerTask) continue;
    if (!(await loop.submit({ kind: 'units', units: batch, look: first!.look, hints }, names))) break;
    batch = [];
    names = 0;
  }
  if (batch.length > 0 && !(await loop.submit({ kind: 'units', units: batch, look: first!.look, hints }, names)))
    leaveOut(`all mailboxes from ${nameOfUnit(batch[0]!.unit)} on`);
  // A list that could not be read to its end was checked before: a server changes it whenever we read it.
  for (const { side, list } of checked) {
    const broken = damageIn(list?.db.faults ?? []);
    if (broken !== undefined) {
      totals.unaudited.push({
        what: 'mailbox list',
        side: side.role,
        reason: `${broken.file}: ${broken.code} at byte ${String(broken.offset ?? 0)} while it was read`,
      });
    }
  }
  if (!isNarrowed(plan)) {
    for (const { side } of checked) {
      for (const path of plan.level === 'index' ? [] : findLeftovers(side)) {
        for (const finding of LIST_FINDINGS)
          totals.findings.push(...finding.find({ kind: 'leftover', side: side.role, path }));
      }
      for (const walk of planWalk(side.role, side.layout, totals.unaudited))
        if (!(await loop.submit({ kind: 'walk', walk, hints }, 0))) leaveOutTask({ kind: 'walk', walk });
    }
  }
  await loop.drain();
  const lasting = lastingHints(hints);
  for (const { delay, look } of further) {
    if (unsettled.length === 0) break;
    await pause(delay);
    const units = unsettled;
    unsettled = [];
    pending.beginLook();
    for (let i = 0; i < units.length; i += UNITS_PER_TASK) {
      const task = { kind: 'units', units: units.slice(i, i + UNITS_PER_TASK), look, hints: lasting } as const;
      if (!(await loop.submit(task, 0))) leaveOutTask(task);
    }
    await loop.drain();
  }
  // After the units: a walk takes what rows are still to be told, and keeps only what it told before.
  inTransit = [...walked.keys()];
  for (const [number, delay] of WALK_BACK_OFF.entries()) {
    if (inTransit.length === 0) break;
    await pause(delay);
    const walks = inTransit;
    inTransit = [];
    for (const walk of walks) {
      const look = { number: number + 1, isLast: number === WALK_BACK_OFF.length - 1 };
      const again = { kind: 'walk', walk, again: look, hints: lasting } as const;
      if (!(await loop.submit(again, 0))) leaveOutTask(again);
    }
    await loop.drain();
  }
  // One by one: then it is known who takes a thread with him.
  isAlone = true;
  for (const { unit, look } of lost) {
    const task = {
      kind: 'units',
      units: [unit],
      look: { ...look, isRechecked: false, isLast: true, asItIs: true },
      hints: lasting,
    } as const;
    if (!(await loop.submit(task, 0))) leaveOutTask(task);
    await loop.drain();
  }
  for (const task of loop.unfinished) leaveOutTask(task);
  for (const unit of unsettled) leaveOutUnit(unit);
  if (isNarrowed(plan) && !signal.aborted) {
    // A name that was mistyped must not end in "all is well".
    const looked = Object.values(totals.sides).some((counts) => Object.keys(counts.partitions).length > 0);
    if (!looked) {
      const { users, mailboxes, partitions } = plan;
      const options = Object.entries({ user: users, mailbox: mailboxes, partition: partitions });
      const asked = options.flatMap(([option, globs]) => globs.map((glob) => `--${option} '${glob}'`));
      throw new AuditError(
        'usage',
        `${asked.join(' ')}: expected a mailbox that matches, found none`,
        'Look at the names: mailboxes go by internal name (user.fred.Sent), users by userid.',
      );
    }
  }
}

/** What a finding of a walk is about: the same directory may be judged otherwise the second time. */
function placeOf({ side, facts }: ReportedFinding): string {
  return JSON.stringify([side, facts['path'] ?? facts]);
}

/** Since 3.6 a mailbox has two rows. */
export function estimateNames(dbs: readonly CyrusDb[]): number {
  return Math.max(0, ...dbs.map(({ count }) => Math.ceil(count / 2)));
}
