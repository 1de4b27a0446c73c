import { availableParallelism } from 'node:os';
import { realpathSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Report } from '../generated/report.js';
import { LIST_FINDINGS } from '../findings/catalogue.js';
import { AuditError } from '../model/audit-error.js';
import type { ReportedFinding } from '../model/effects.js';
import type { CyrusDb } from '../formats/cyrusdb/cyrusdb.js';
import { whyNotDecoded } from '../sources/spool/open-database.js';
import type { Side, SideSpec } from '../sources/spool/open-side.js';
import { readPendingLogs, type PendingLog } from '../sources/spool/pending-log.js';
import type { EngineVersion } from '../replication/engine.js';
import { assembleReport } from './assemble-report.js';
import { lastingHints, isNarrowed, type AuditPlan, type Level, type SideHints, type Subset } from './context.js';
import { engineOfSide } from './engine-of-side.js';
import { globFilter } from '../model/globs.js';
import type { ListCheck } from './check-list.js';
import { HardwareTally } from './hardware-evidence.js';
import { findLeftovers } from './leftovers.js';
import { summonJury } from './list-jury.js';
import { applyLossBudget } from './lost-entries.js';
import { judgeMassDamage } from './mass-damage.js';
import { damageIn, judgeList, openToCheck, type CheckedSide } from './open-lists.js';
import { pendingLogFindings } from './pending-log-findings.js';
import { nameOfUnit, type Look } from './run-task.js';
import {
  addFound,
  newSideCounts,
  nothingFound,
  type Found,
  type UnauditedPart,
  type UnsettledUnit,
} from './unit-result.js';
import { limitReads, newIoLimit } from '../sources/io-limit.js';
import { makeStop, untilStopped, whyStopped } from './stop.js';
import { TaskLoop, type AuditReply, type LoopTask, type TaskRunner } from './task-loop.js';
import { planWalk, type WalkTask } from './walk-spool.js';
import { walkUnits } from './walk-units.js';

export type { AuditReply, TaskRunner };

export interface AuditProgress {
  readonly mailboxesDone: number;
  /** An estimate until the whole list has been read. */
  readonly mailboxesTotal: number;
  readonly records: number;
}

export interface AuditOptions {
  readonly level?: Level;
  /** Worker threads; default: one per core, and at level `content` more while they wait for the disk. */
  readonly threads?: number;
  readonly users?: readonly string[];
  readonly mailboxes?: readonly string[];
  readonly partitions?: readonly string[];
  /** The release that replicates from the master, and the replica's; default: what the spools imply. */
  readonly engine?: EngineVersion;
  readonly replicaEngine?: EngineVersion;
  /** Findings of one code listed per mailbox; the rest is counted. */
  readonly findingCap?: number;
  /** Mailboxes that the master's list may have lost without an explanation before that is `halt`; default 0. */
  readonly maxLost?: number;
  /** Looks again at what differs, and reports what is found every time; default 0. */
  readonly recheck?: number;
  /** Seconds before each such look; default 30. */
  readonly recheckDelay?: number;
  /** At level `content`: hash only part `part` (from 1) of `of` about equal ones of the message files. */
  readonly subset?: Subset;
  /** Bytes per second that all threads together read of both sides; default: no limit. */
  readonly bytesPerSecond?: number;
  /** At level `content`: hash only messages whose record was changed at this time or later. */
  readonly hashSince?: Date;
  /** Seconds that one user or shared mailbox may take; longer, and he is not audited. Default: an hour. */
  readonly timeLimit?: number;
  /** Seconds after which the audit ends with what it has; the report tells what it has not. */
  readonly maxDuration?: number;
  /** Ends the audit in the same way; a reason that is a string is told. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AuditProgress) => void;
}

export interface AuditSetup {
  /** Version of cyraudit, for the report. */
  readonly version: string;
  /** `threads`: undefined = as many as are of use. `names`: about how many mailboxes there are on a side. */
  readonly startRunner: (
    plan: AuditPlan,
    threads: number | undefined,
    names: number,
  ) => TaskRunner | Promise<TaskRunner>;
}

export const DEFAULT_FINDING_CAP = 100;
/** Names per task: enough to make the hand-over cheap, few enough to keep all threads busy to the end. */
const NAMES_PER_TASK = 64;
/** Hashing takes so long that threads wait for the last one when it has a large task. */
const NAMES_PER_HASHING_TASK = 8;
/** Readers that one disk serves faster than fewer. */
const MOST_READERS = 8;
/** Tasks made ahead for each thread that may run. */
const TASKS_AHEAD = 4;
/** The same for users and shared mailboxes that are audited again. */
const UNITS_PER_TASK = 16;
const DEFAULT_RECHECK_DELAY = 30;
/** Before each further look at what a server changed while it was looked at. Unit: ms. */
const BACK_OFF = [0, 100, 300, 1000, 2000] as const;

/** Audits the sides of a plan. @throws AuditError when a side cannot be audited at all */
export async function auditSides(
  specs: readonly SideSpec[],
  options: AuditOptions,
  setup: AuditSetup,
): Promise<Report> {
  const startedAt = new Date();
  const { level = 'files', threads, findingCap = DEFAULT_FINDING_CAP, maxLost = 0 } = options;
  const checked: CheckedSide[] = [];
  const totals: Totals = { ...nothingFound(), hardware: new HardwareTally() };
  const { findings, unaudited } = totals;
  const { recheck = 0, recheckDelay = DEFAULT_RECHECK_DELAY } = options;
  const stop = makeStop(options.signal, options.maxDuration);
  try {
    const opened: { readonly side: Side; readonly hasList: boolean }[] = [];
    for (const spec of specs) {
      const one = openToCheck(spec, findings, unaudited);
      opened.push(one);
      checked.push({ side: one.side });
    }
    refuseSameSide(checked);
    for (const { side } of checked) totals.sides[side.role] = newSideCounts();
    checkAnnotationDbs(checked, unaudited);

    const plan: AuditPlan = {
      sides: specs,
      level,
      findingCap,
      maxLost,
      users: options.users ?? [],
      mailboxes: options.mailboxes ?? [],
      partitions: options.partitions ?? [],
      ...(options.timeLimit === undefined ? {} : { timeLimit: options.timeLimit }),
      ...(options.bytesPerSecond === undefined ? {} : { ioLimit: newIoLimit(options.bytesPerSecond) }),
      ...(options.subset === undefined ? {} : { subset: options.subset }),
      ...(options.hashSince === undefined ? {} : { hashSince: Math.floor(options.hashSince.getTime() / 1000) }),
      engines: {
        ...(options.engine === undefined ? {} : { master: options.engine }),
        ...(options.replicaEngine === undefined ? {} : { replica: options.replicaEngine }),
      },
    };
    limitReads(plan.ioLimit);
    // The threads start while the lists are opened, and look through them side by side.
    const names = estimateNames(opened.flatMap(({ side }) => side.list.db ?? []));
    const runner = opened.some(({ hasList }) => hasList) ? await setup.startRunner(plan, threads, names) : undefined;
    try {
      const hints: SideHints = {};
      const checks = await Promise.all(
        opened.map(({ side, hasList }) =>
          hasList && runner !== undefined ? lookThrough(side, runner, stop.signal, totals) : Promise.resolve(undefined),
        ),
      );
      for (const [i, check] of checks.entries()) {
        if (check === undefined) continue;
        const { side } = opened[i]!;
        hints[side.role] = check.hints;
        checked[i] = judgeList(side, check, findings, unaudited);
      }
      const lists = checked.flatMap(({ list }) => (list === undefined ? [] : [list]));
      if (runner !== undefined && lists.length === specs.length) {
        const looks = planLooks(recheck, recheckDelay);
        await runTasks(
          runner,
          (threads ?? mostThreads(level)) * TASKS_AHEAD,
          checked,
          { plan, hints, looks, signal: stop.signal },
          totals,
          options.onProgress,
        );
      }
    } finally {
      await runner?.close();
    }
    findings.push(...totals.hardware.findings());
    const logs = readLogs(checked);
    if (checked.every(({ list }) => list !== undefined)) {
      judgePendingLogs(logs, findings, unaudited);
      applyLossBudget(findings, maxLost);
      const openSides = checked.map(({ side }) => side);
      judgeMassDamage(openSides, totals.sides, totals.pair, findings);
    }
    findings.push(...summonJury(checked, logs, !isNarrowed(plan) && !stop.signal.aborted, totals));
    return assembleReport(
      {
        command: specs.length === 1 ? 'check' : 'compare',
        level,
        version: setup.version,
        findingCap,
        maxLost,
        ...(options.subset === undefined ? {} : { subset: options.subset }),
        ...(options.hashSince === undefined ? {} : { hashSince: options.hashSince }),
        ...(recheck === 0 ? {} : { recheck: { looks: recheck, delaySeconds: recheckDelay, settled: totals.settled } }),
        selection: {
          users: options.users ?? [],
          mailboxes: options.mailboxes ?? [],
          partitions: options.partitions ?? [],
        },
        startedAt,
        finishedAt: new Date(),
        sides: checked.map(({ side, list }) => {
          if (list === undefined) return { side };
          return { side, generation: list.generation, engine: engineOfSide(plan.engines?.[side.role], side, list) };
        }),
      },
      totals,
    );
  } finally {
    limitReads(undefined);
    stop.close();
    for (const { side } of checked) side.close();
  }
}

/** So many threads may run when nobody said how many. */
export const mostThreads = (level: Level): number =>
  Math.max(availableParallelism(), level === 'content' ? MOST_READERS : 1);

/** Everything that the threads found, added up. */
interface Totals extends Found {
  readonly hardware: HardwareTally;
}

interface PlannedLook {
  /** Before it begins. Unit: ms. */
  readonly delay: number;
  readonly look: Look;
}

/** The first look, those that were asked for, and those at what a server is changing. */
function planLooks(recheck: number, recheckDelay: number): readonly PlannedLook[] {
  const delays = [0, ...Array.from({ length: recheck }, () => recheckDelay * 1000), ...BACK_OFF];
  return delays.map((delay, number) => ({
    delay,
    look: { number, isRechecked: number < recheck, isLast: number === delays.length - 1 },
  }));
}

async function lookThrough(
  { role, list }: Side,
  runner: TaskRunner,
  signal: AbortSignal,
  { unaudited, hardware }: Totals,
): Promise<ListCheck | undefined> {
  const reply = (await untilStopped(signal, runner.run({ kind: 'list', role }))) ?? {
    ok: false,
    reason: whyStopped(signal),
  };
  if (reply.ok) hardware.add([], reply.result.unstable);
  if (reply.ok && reply.result.list !== undefined) return reply.result.list;
  unaudited.push({
    what: 'every mailbox',
    side: role,
    reason: `${list.path}: ${reply.ok ? 'not looked through' : reply.reason}`,
  });
  return undefined;
}

async function runTasks(
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
  onProgress: AuditOptions['onProgress'],
): Promise<void> {
  let done = 0;
  let seen = 0;
  let records = 0;
  // A server at work changes the list and the disk while we look at one after the other. What may be no more than that
  // is looked at again when everything else is done, and counts as it is found then.
  let unsettled: UnsettledUnit[] = [];
  const walked = new Map<WalkTask, readonly ReportedFinding[]>();
  const estimate = estimateNames(checked.flatMap(({ list }) => list?.db ?? []));
  /** Of tasks whose thread failed: one of several units may have been to blame, or another task of that thread. */
  const lost: { readonly unit: UnsettledUnit; readonly look: Look }[] = [];
  let isAlone = false;
  const leaveOut = (what: string, reason = whyStopped(signal)): void => void totals.unaudited.push({ what, reason });
  const leaveOutTask = (task: LoopTask, reason?: string): void => {
    for (const what of partsOf(task)) leaveOut(what, reason);
    // What the first look found was not found again; it is not known to be gone either.
    if (task.kind === 'walk') for (const finding of walked.get(task.walk) ?? []) totals.findings.push(finding);
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
      for (const part of result.unaudited) totals.unaudited.push(part);
      const before = new Set(walked.get(task.walk)?.map(placeOf));
      if (task.again === true) {
        for (const finding of result.findings) if (before.has(placeOf(finding))) totals.findings.push(finding);
      } else if (result.findings.length > 0) walked.set(task.walk, result.findings);
      return;
    }
    for (const unit of result.unsettled) unsettled.push(unit);
    addFound(totals, result);
    for (const counts of Object.values(result.sides)) records += counts.records;
    totals.hardware.add(result.evidence, result.unstable);
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
    for (let i = 0; i < units.length; i += UNITS_PER_TASK) {
      const task = { kind: 'units', units: units.slice(i, i + UNITS_PER_TASK), look, hints: lasting } as const;
      if (!(await loop.submit(task, 0))) leaveOutTask(task);
    }
    await loop.drain();
  }
  // After the units: a walk takes what rows are still to be told, and keeps only what it told before.
  for (const walk of [...walked.keys()]) {
    const again = { kind: 'walk', walk, again: true, hints: lasting } as const;
    if (!(await loop.submit(again, 0))) leaveOutTask(again);
  }
  await loop.drain();
  // One by one: then it is known who takes a thread with him.
  isAlone = true;
  for (const { unit, look } of lost) {
    const task = {
      kind: 'units',
      units: [unit],
      look: { ...look, isRechecked: false, isLast: true },
      hints: lasting,
    } as const;
    if (!(await loop.submit(task, 0))) leaveOutTask(task);
    await loop.drain();
  }
  for (const task of loop.unfinished) leaveOutTask(task);
  for (const { unit } of unsettled) leaveOut(nameOfUnit(unit));
  if (isNarrowed(plan) && !signal.aborted) {
    // A name that was mistyped must not end in "all is well".
    const looked = Object.values(totals.sides).some((counts) => Object.keys(counts.partitions).length > 0);
    if (!looked) {
      const globs = [...plan.users, ...plan.mailboxes, ...plan.partitions].join(' ');
      throw new AuditError(
        'usage',
        `no mailbox matches ${globs}`,
        'Look at the names: mailboxes go by internal name (user.fred.Sent), users by userid.',
      );
    }
  }
}

/** What a task was to look at, for a person. */
function partsOf(task: LoopTask): string[] {
  return task.kind === 'walk'
    ? task.walk.directories.map((name) => `${task.walk.root}/${name}`)
    : task.units.map(({ unit }) => nameOfUnit(unit));
}

/** What a finding of a walk is about: the same directory may be judged otherwise the second time. */
function placeOf({ side, facts }: ReportedFinding): string {
  return JSON.stringify([side, facts['path'] ?? facts]);
}

/** Since 3.6 a mailbox has two rows. */
function estimateNames(dbs: readonly CyrusDb[]): number {
  return Math.max(0, ...dbs.map(({ count }) => Math.ceil(count / 2)));
}

/** The master and the replica must be two servers. */
function refuseSameSide(checked: readonly CheckedSide[]): void {
  const [a, b] = checked.map(({ side }) => side);
  if (a === undefined || b === undefined) return;
  const same = a.confFile === b.confFile || realPath(a.layout.mailboxesDb) === realPath(b.layout.mailboxesDb);
  if (same) {
    throw new AuditError(
      'same-side',
      `${a.spec.source} and ${b.spec.source} are the same side (${a.layout.mailboxesDb})`,
      'Name the imapd.conf of the master first and that of the replica second.',
    );
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** annotations.db holds the mailbox annotations of all mailboxes: when it cannot be read none of them was compared. */
function checkAnnotationDbs(checked: readonly CheckedSide[], unaudited: UnauditedPart[]): void {
  for (const { side } of checked) {
    const { path, db, failure, faults } = side.annotations;
    if (failure?.missing === true || faults.some(({ code }) => code === 'file-empty')) continue;
    if (failure !== undefined) unaudited.push({ what: 'mailbox annotations', side: side.role, reason: failure.reason });
    else if (db === undefined) {
      // Damage is a finding beside this: what it takes with it was not compared.
      const reason = whyNotDecoded(side.annotations) ?? `${path}: ${faults[0]?.code ?? 'cannot be decoded'}`;
      unaudited.push({ what: 'mailbox annotations', side: side.role, reason });
    }
  }
}

/** The pending logs of the master; a single side has none that matter. */
function readLogs(checked: readonly CheckedSide[]): PendingLog[] {
  const master = checked.find(({ side }) => side.role === 'master')?.side;
  return master === undefined ? [] : readPendingLogs(master.layout.syncLog);
}

/** Lines of the master's pending logs that replication would skip, and logs that could not be read. */
function judgePendingLogs(logs: readonly PendingLog[], findings: ReportedFinding[], unaudited: UnauditedPart[]): void {
  for (const finding of pendingLogFindings(logs)) findings.push(finding);
  for (const reason of logs.flatMap(({ unread }) => unread))
    unaudited.push({ what: 'pending log', side: 'master', reason });
}
