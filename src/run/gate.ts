import { openLogSubjects } from '../audit/log-subjects.js';
import { failoverChecks, stepsOfChange, stepsToChange, type GateFacts } from '../gate/failover.js';
import type { SideConf } from '../gate/machines.js';
import { PairDifferences } from '../gate/differences.js';
import { resumeChecks, resumeSteps, toHeld } from '../gate/resume.js';
import type { SeenLogs, SeenProcesses } from '../gate/checks.js';
import { catalogue } from '../findings/catalogue.js';
import type { GateAnswer, GateQuestion, GateReport } from '../generated/gate.js';
import type { Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import { makePlan, type Plan } from '../plan/make-plan.js';
import { commandLine } from '../report/command-line.js';
import { stampOf } from '../sources/changed-since.js';
import { findServerProcesses, type ServerProcesses } from '../sources/server-processes.js';
import { openMailboxList } from '../sources/spool/open-mailbox-list.js';
import { openSide, sideSpec, type Side, type SideSpec } from '../sources/spool/open-side.js';
import { findLogFiles, findOtherChannels, readPendingLog, readPendingLogs } from '../sources/spool/pending-log.js';
import { unitOfName } from '../sources/spool/mailbox-list.js';
import { readProcEntries } from '../sources/spool/proc-entries.js';
import { auditPair, type AuditOptions } from './audit.js';
import { openMasterUnits } from './master-units.js';
import { packageVersion } from './package-version.js';

/** Options of the audit that a gate goes by. It is of the whole pair: what was left out could not be answered for. */
export interface GateOptions extends Omit<
  AuditOptions,
  'users' | 'mailboxes' | 'partitions' | 'subset' | 'hashSince' | 'maxLost'
> {
  readonly question: GateQuestion;
  readonly master: string;
  readonly replica: string;
  readonly masterRoot?: string;
  readonly replicaRoot?: string;
  /** Failover: somebody has made sure, where it cannot be seen. */
  readonly masterIsDown?: boolean;
  /** Resume: where the lists of a plan will be written, for the commands that are named. */
  readonly into?: string;
  /** Words of the call beside the sides, for the command that asks again. */
  readonly words?: string;
  /** Marks what is accepted. */
  readonly accept?: (report: Report) => Report;
}

export interface GateOutcome {
  readonly gate: GateReport;
  readonly report: Report;
}

/**
 * Audits a pair and answers whether the roles may change, or replication be resumed.
 * @throws AuditError when a side cannot be audited at all
 */
export async function askGate(options: GateOptions): Promise<GateOutcome> {
  const { question } = options;
  const spec = sideSpec('master', options.master, options.masterRoot);
  const replicaSpec = sideSpec('replica', options.replica, options.replicaRoot);
  const startedAt = new Date();
  const before = {
    ...withSide(spec, (side) => ({ stamps: logStamps(side), processes: findProcesses(side).found })),
    ofReplica: withSide(replicaSpec, logStamps),
  };
  const audited = await auditPair(options);
  const report: Report = options.accept?.(audited) ?? audited;
  const master = openSide(spec);
  const replica = openSide(replicaSpec);
  try {
    const facts = gatherFacts(options, report, master, replica, before);
    const { checks, answer, plan } = judge(options, facts, spec);
    const steps =
      question === 'resume'
        ? resumeSteps(facts, answer, plan, options.into)
        : answer === 'go'
          ? stepsOfChange(facts)
          : stepsToChange(facts, checks);
    const gate: GateReport = {
      schemaVersion: 1,
      tool: { name: 'cyraudit', version: packageVersion },
      question,
      level: report.level,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      answer,
      sides: report.sides.map(({ role, source, config, root }) => ({
        role: role as 'master' | 'replica',
        source,
        config,
        ...(root === undefined ? {} : { root }),
      })),
      verdict: report.verdict,
      complete: report.complete,
      checks,
      held: answer === 'go-except' ? (plan?.held ?? []).map(toHeld) : [],
      steps,
    };
    return { gate, report };
  } finally {
    master.close();
    replica.close();
  }
}

function judge(
  { question }: GateOptions,
  facts: GateFacts,
  spec: SideSpec,
): { readonly checks: GateReport['checks']; readonly answer: GateAnswer; readonly plan?: Plan } {
  if (question === 'failover') {
    const checks = failoverChecks(facts, catalogue);
    return { checks, answer: checks.every(({ passed }) => passed) ? 'go' : 'stop' };
  }
  const plan = planOf(facts.report, spec);
  const checks = resumeChecks(facts, plan, catalogue);
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const answer = failed.length === 0 ? 'go' : failed.every((name) => name === 'nobody-held') ? 'go-except' : 'stop';
  return { checks, answer, ...(plan === undefined ? {} : { plan }) };
}

/** undefined = the mailbox list cannot be read. */
function planOf(report: Report, spec: SideSpec): Plan | undefined {
  try {
    const units = openMasterUnits(spec);
    try {
      return makePlan(report, units.units(), (name) => units.unitOf(name));
    } finally {
      units.close();
    }
  } catch (error) {
    if (error instanceof AuditError) return undefined;
    throw error;
  }
}

function gatherFacts(
  options: GateOptions,
  report: Report,
  master: Side,
  replica: Side,
  before: {
    readonly stamps: ReadonlyMap<string, string>;
    readonly ofReplica: ReadonlyMap<string, string>;
    readonly processes: ServerProcesses;
  },
): GateFacts {
  const lists = { master: openMailboxList(master), replica: openMailboxList(replica) };
  const subjects =
    lists.master === undefined || lists.replica === undefined
      ? undefined
      : openLogSubjects({
          master: { side: master, list: lists.master },
          replica: { side: replica, list: lists.replica },
        });
  const logs = seeLogs(master, replica, new Map([...before.stamps, ...before.ofReplica]));
  return {
    report,
    logs,
    subjects,
    processes: {
      ...findProcesses(master),
      before: before.processes.running,
      isSaidToBeDown: options.masterIsDown === true,
      confFile: master.confFile,
    },
    differences: new PairDifferences(report, (mboxname) => {
      const unit = unitOfName(mboxname, master.layout);
      return unit.kind === 'user' ? unit.userid : undefined;
    }),
    confs: { master: confOf(master), replica: confOf(replica) },
    again: `${commandLine(report).replace(/^cyraudit compare/, `cyraudit gate ${options.question}`)}${options.words ?? ''}`,
  };
}

function findProcesses(master: Side): Pick<SeenProcesses, 'found' | 'proc'> {
  const proc = readProcEntries(master.layout);
  return { found: findServerProcesses(master, proc.entries), proc };
}

function confOf({ conf, layout }: Side): SideConf {
  const channels = layout.syncLog.channels.map(({ channel }) => channel);
  return {
    syncLog: layout.syncLog.enabled,
    channels,
    withHost: channels.filter(
      (name) =>
        (name === null ? undefined : conf.get(`${name}_sync_host`)) !== undefined ||
        conf.get('sync_host') !== undefined,
    ),
  };
}

function seeLogs(master: Side, replica: Side, before: ReadonlyMap<string, string>): SeenLogs {
  const others = findOtherChannels(master.layout);
  const ofReplica = findOtherChannels(replica.layout);
  const seen = {
    logs: readPendingLogs(master.layout.syncLog),
    others: others.channels.map(readPendingLog),
    ofReplica: [...readPendingLogs(replica.layout.syncLog), ...ofReplica.channels.map(readPendingLog)].filter(
      ({ lines, faults, unread }) => lines + faults.length + unread.length > 0,
    ),
    unread: [...others.unread, ...ofReplica.unread],
  };
  // What came or went between is in the one or the other.
  const after = new Map([...logStamps(master), ...logStamps(replica)]);
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return { ...seen, changed: paths.filter((path) => before.get(path) !== after.get(path)) };
}

/** Stamps of every log file, by path. */
function logStamps({ layout }: Side): ReadonlyMap<string, string> {
  const { channels } = findOtherChannels(layout);
  const files = [...layout.syncLog.channels, ...channels].flatMap((channel) => findLogFiles(channel).files);
  return new Map(files.map((path) => [path, stampOf(path)]));
}

function withSide<T>(spec: SideSpec, use: (side: Side) => T): T {
  const side = openSide(spec);
  try {
    return use(side);
  } finally {
    side.close();
  }
}
