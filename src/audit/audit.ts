import { availableParallelism } from 'node:os';
import { realpathSync } from 'node:fs';
import type { Report } from '../generated/report.js';
import { serverFaultFindings } from '../findings/catalogue.js';
import { AuditError } from '../model/audit-error.js';
import type { ReportedFinding } from '../model/effects.js';
import type { Side, SideSpec } from '../sources/spool/open-side.js';
import { readPendingLogs, type PendingLog } from '../sources/spool/pending-log.js';
import type { EngineVersion } from '../replication/engine.js';
import { whyAnnotationsUnread } from './annotations-unread.js';
import { assembleReport } from './assemble-report.js';
import { serverAccess } from './check-access.js';
import { auditServerAnnotations } from './audit-server-annotations.js';
import { isNarrowed, type AuditPlan, type Level, type SideHints, type Subset } from './context.js';
import { engineOfSide } from './engine-of-side.js';
import type { ListCheck } from './check-list.js';
import { HardwareTally } from './hardware-evidence.js';
import { summonJury } from './list-jury.js';
import { ListedFindings } from './listed-findings.js';
import { applyLossBudget } from './lost-entries.js';
import { judgeMassDamage } from './mass-damage.js';
import { judgeList, openToCheck, type CheckedSide } from './open-lists.js';
import { pendingLogFindings } from './pending-log-findings.js';
import { newSideCounts, nothingFound, type UnauditedPart } from './unit-result.js';
import { limitReads, newIoLimit } from '../sources/io-limit.js';
import { makeStop, untilStopped, whyStopped } from './stop.js';
import type { AuditReply, TaskRunner } from './task-loop.js';
import { estimateNames, planLooks, runTasks, type AuditProgress, type Totals } from './run-tasks.js';

export type { AuditProgress, AuditReply, TaskRunner };

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
  /** Findings of one class listed in all before fewer of a code are listed for a mailbox; default 100,000. */
  readonly mostListed?: number;
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
/** Readers that one disk serves faster than fewer. */
const MOST_READERS = 8;
/** Tasks made ahead for each thread that may run. */
const TASKS_AHEAD = 4;
const DEFAULT_RECHECK_DELAY = 30;
/** Audits the sides of a plan. @throws AuditError when a side cannot be audited at all */
export async function auditSides(
  specs: readonly SideSpec[],
  options: AuditOptions,
  setup: AuditSetup,
): Promise<Report> {
  const startedAt = new Date();
  const { level = 'files', threads, findingCap = DEFAULT_FINDING_CAP, maxLost = 0 } = options;
  const checked: CheckedSide[] = [];
  const found = nothingFound();
  const listing = new ListedFindings([found.mailboxes, found.users], findingCap, options.mostListed);
  const totals: Totals = { ...found, hardware: new HardwareTally(), listing };
  const { findings, unaudited } = totals;
  const { recheck = 0, recheckDelay = DEFAULT_RECHECK_DELAY } = options;
  const stop = makeStop(options.signal, options.maxDuration);
  try {
    const opened: { readonly side: Side; readonly hasList: boolean }[] = [];
    for (const spec of specs) {
      const { hasList, ...one } = openToCheck(spec, findings, unaudited);
      opened.push({ side: one.side, hasList });
      checked.push(one);
    }
    refuseSameSide(checked);
    for (const { side } of checked) totals.sides[side.role] = newSideCounts();
    checkAnnotationDbs(checked, unaudited);
    for (const { side } of checked)
      for (const fault of serverAccess(side)) findings.push(...serverFaultFindings({ fault, side: side.role }));

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
    const hints: SideHints = {};
    const runner = opened.some(({ hasList }) => hasList) ? await setup.startRunner(plan, threads, names) : undefined;
    try {
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
      if (!isNarrowed(plan)) judgeServerAnnotations(checked, hints, logs, totals);
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
        ...(listing.lowered === undefined ? {} : { loweredCaps: listing.lowered }),
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

function checkAnnotationDbs(checked: readonly CheckedSide[], unaudited: UnauditedPart[]): void {
  for (const { side } of checked) {
    const reason = whyAnnotationsUnread(side);
    if (reason !== undefined) unaudited.push({ what: 'mailbox annotations', side: side.role, reason });
  }
}

/** The pending logs of the master; a single side has none that matter. */
function readLogs(checked: readonly CheckedSide[]): PendingLog[] {
  const master = checked.find(({ side }) => side.role === 'master')?.side;
  return master === undefined ? [] : readPendingLogs(master.layout.syncLog);
}

/** Of a pair. What a damaged database still says proves nothing; that it is damaged is told of the side. */
function judgeServerAnnotations(
  checked: readonly CheckedSide[],
  hints: SideHints,
  logs: readonly PendingLog[],
  { findings, unaudited }: Totals,
): void {
  const [master, replica] = checked.map(({ side }) => side.layout);
  if (master === undefined || replica === undefined) return;
  if (Object.values(hints).some(({ annotationsAreDamaged }) => annotationsAreDamaged)) return;
  auditServerAnnotations({ master, replica }, logs, findings, unaudited);
}

/** Lines of the master's pending logs that replication would skip, and logs that could not be read. */
function judgePendingLogs(logs: readonly PendingLog[], findings: ReportedFinding[], unaudited: UnauditedPart[]): void {
  for (const finding of pendingLogFindings(logs)) findings.push(finding);
  for (const reason of logs.flatMap(({ unread }) => unread))
    unaudited.push({ what: 'pending log', side: 'master', reason });
}
