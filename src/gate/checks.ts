import type { GateCheck, GateCheckName } from '../generated/gate.js';
import type { Report } from '../generated/report.js';
import { CLASSES } from '../model/effects.js';
import { placeWords, worstFirst, type NamedFinding, type PlacedFinding } from '../report/finding-place.js';
import { findingMessage } from '../report/finding-message.js';
import { counted } from '../report/numbers.js';
import { printableMboxname } from '../report/printable.js';
import type { Catalogue } from '../report/report-format.js';
import { verdictLine } from '../report/verdict-line.js';
import type { ServerProcesses } from '../sources/server-processes.js';
import type { PendingLog } from '../sources/spool/pending-log.js';
import type { ProcEntry } from '../sources/spool/proc-entries.js';
import { DATABASE_CODES } from './database-codes.js';
import type { PairDifferences } from './differences.js';
import { unprovenLines, type LogSubjects } from './prove-lines.js';

/** Lines of evidence that a check lists. */
const MAX_EVIDENCE = 20;

/** Keeps the first lines and counts the others. */
export function makeCheck(name: GateCheckName, passed: boolean, evidence: Iterable<string>): GateCheck {
  const listed: string[] = [];
  let notListed = 0;
  for (const line of evidence) {
    if (listed.length < MAX_EVIDENCE) listed.push(line);
    else notListed++;
  }
  return { name, passed, evidence: listed, notListed };
}

export interface SeenProcesses {
  readonly found: ServerProcesses;
  /** Those that ran when the audit began. */
  readonly before: ServerProcesses['running'];
  readonly proc: { readonly entries: readonly ProcEntry[]; readonly unread: readonly string[] };
  /** Somebody has made sure where it cannot be seen. */
  readonly isSaidToBeDown: boolean;
  readonly confFile: string;
}

/** No process of the master is alive. Files of dead ones are told apart: a crash leaves them. */
export function checkMasterStopped({ found, before, proc, isSaidToBeDown, confFile }: SeenProcesses): GateCheck {
  const { running } = found;
  const blind = [...found.blind, ...proc.unread];
  const entryOf = new Map(proc.entries.map((entry) => [entry.pid, entry]));
  const serves = ({ service, userid }: ProcEntry): string =>
    `${service || 'a service'}${userid === '' ? '' : ` for ${userid}`}`;
  const alive = running.map(({ pid, name, because }) => {
    const entry = entryOf.get(pid);
    return `process ${String(pid)} (${name}${entry === undefined ? '' : `, ${serves(entry)}`}) ${because}`;
  });
  const pids = new Set(running.map(({ pid }) => pid));
  // What it wrote last may not have been looked at.
  const ended = before
    .filter(({ pid }) => !pids.has(pid))
    .map(({ pid, name }) => `process ${String(pid)} (${name}) ended while the pair was audited`);
  const others = proc.entries.filter(({ pid }) => !pids.has(pid));
  const isSeen = blind.length === 0;
  const left = others.map((entry) =>
    isSeen
      ? `${entry.path} is stale: process ${String(entry.pid)} (${serves(entry)}) is not running; a crash left it`
      : `${entry.path}: it cannot be told whether process ${String(entry.pid)} (${serves(entry)}) is still running`,
  );
  const unseen = blind.map((reason) => `it cannot be told from here whether the master runs: ${reason}`);
  if (!isSeen && isSaidToBeDown) unseen.push('--master-is-down says that it does not');
  const seen = [`no program of Cyrus runs with ${confFile}, and no process has a file of the master open for writing`];
  const passed = running.length + ended.length === 0 && (isSeen || isSaidToBeDown);
  return makeCheck('master-stopped', passed, [
    ...alive,
    ...ended,
    ...unseen,
    ...(isSeen && passed ? seen : []),
    ...left,
  ]);
}

/** The pending logs of the master, as they were before and after the audit. */
export interface SeenLogs {
  readonly logs: readonly PendingLog[];
  /** Channels that imapd.conf does not name. */
  readonly others: readonly PendingLog[];
  /**
   * What the replica itself has pending, in any channel. A server logs no change that replication makes there, so that these
   * are its own: it was a master once, or somebody works on it; or it is the master of a third server.
   */
  readonly ofReplica: readonly PendingLog[];
  readonly unread: readonly string[];
  /** Files that were written to while the pair was audited. */
  readonly changed: readonly string[];
}

export const channelName = ({ channel }: Pick<PendingLog, 'channel'>): string =>
  channel === null ? 'the default channel' : `channel ${channel}`;

const filesOf = (log: PendingLog): string => `${counted(log.lines, 'line')} in ${log.files.join(', ')}`;

/** Every log is empty, or every line of it is proven harmless. */
export function checkLogs(seen: SeenLogs, subjects: LogSubjects | undefined, differences: PairDifferences): GateCheck {
  const problems = problemsOf(seen, subjects, differences);
  const bad = makeCheck('sync-logs', false, problems);
  const sound = [...seen.logs, ...seen.others, ...seen.ofReplica].map((log) =>
    log.lines === 0
      ? `${nameOf(log, seen)}: nothing is pending`
      : `${nameOf(log, seen)}: ${filesOf(log)}: what every line names is the same on both sides`,
  );
  return bad.evidence.length > 0 ? bad : makeCheck('sync-logs', true, sound);
}

function nameOf(log: PendingLog, { others, ofReplica }: SeenLogs): string {
  if (ofReplica.includes(log)) return `the replica's own log, ${channelName(log)}`;
  return `${channelName(log)}${others.includes(log) ? ', which imapd.conf does not name' : ''}`;
}

/** One at a time: a log may have millions of lines. */
function* problemsOf(
  seen: SeenLogs,
  subjects: LogSubjects | undefined,
  differences: PairDifferences,
): Generator<string> {
  for (const log of [...seen.logs, ...seen.others, ...seen.ofReplica]) {
    yield* log.unread;
    if (log.lines === 0 && log.faults.length === 0) continue;
    if (subjects === undefined)
      yield `${nameOf(log, seen)}: ${filesOf(log)}: nothing is proven without both mailbox lists`;
    else for (const line of unprovenLines(log, subjects, differences)) yield `${nameOf(log, seen)}: ${line}`;
  }
  yield* seen.unread;
  for (const path of seen.changed) yield `${path}: written to while the pair was audited`;
}

/** What waits in the logs; only what cannot be read stands in the way of resuming. */
export function checkLogsReadable(seen: SeenLogs): GateCheck {
  const { logs, others, ofReplica, unread } = seen;
  const problems = [...[...logs, ...others, ...ofReplica].flatMap((log) => log.unread), ...unread];
  const lines = [...logs, ...others].map((log) =>
    log.lines === 0 ? `${channelName(log)}: nothing is pending` : `${channelName(log)}: ${filesOf(log)}`,
  );
  const own = ofReplica.map(
    (log) => `${nameOf(log, seen)}: ${filesOf(log)}: changes of its own, which replication to it does not carry`,
  );
  return makeCheck('sync-logs', problems.length === 0, [...problems, ...lines, ...own]);
}

/** A finding in one line. */
export function findingLine(placed: NamedFinding, catalogue: Catalogue): string {
  const where = placeWords(placed, printableMboxname);
  const message = findingMessage(placed.finding, catalogue.get(placed.finding.code));
  return `${where === '' ? '' : `${where}: `}${message} (${placed.finding.code})`;
}

/** @param isBad of the findings about databases, those that stand in the way */
export function checkDatabases(
  findings: readonly PlacedFinding[],
  report: Report,
  catalogue: Catalogue,
  isBad: (placed: PlacedFinding) => boolean,
): GateCheck {
  const found = worstFirst(findings.filter(({ finding }) => DATABASE_CODES.has(finding.code)));
  const lines = found.map((placed) => findingLine(placed, catalogue));
  const passed = !found.some(isBad) && report.sides.length === 2;
  const sound = ['the mailbox lists, and the databases of mailboxes and users, are whole on both sides'];
  return makeCheck('databases', passed, lines.length === 0 ? sound : lines);
}

/** The audit is complete, and nothing is `halt`. */
export function checkAudit(report: Report, findings: readonly PlacedFinding[], catalogue: Catalogue): GateCheck {
  const halts = findings.filter(({ finding }) => finding.class === 'halt');
  const isWhole = report.selection === undefined;
  const passed = report.complete && isWhole && report.verdict !== 'halt';
  return makeCheck('audit', passed, [
    verdictLine(report),
    ...(isWhole ? [] : ['only a part of the pair was audited']),
    ...halts.map((placed) => findingLine(placed, catalogue)),
    ...report.unaudited.map(
      ({ what, side, mboxname, reason }) =>
        `not audited: ${[side, mboxname, what].filter((word) => word !== undefined).join(' ')}: ${reason}`,
    ),
  ]);
}

/** Nothing differs: the replica is then as good as the master. */
export function checkSame(report: Report, differences: PairDifferences, catalogue: Catalogue): GateCheck {
  const found = worstFirst(differences.findings);
  const passed = found.length === 0 && report.complete;
  const { mailboxes, users } = report.counts;
  const all = (counts: Report['counts']['users']): number => CLASSES.reduce((sum, of) => sum + counts[of], 0);
  const same = `${counted(all(mailboxes), 'mailbox', 'mailboxes')} and ${counted(all(users), 'user')} were compared, record by record`;
  return makeCheck('same-on-both-sides', passed, [
    ...found.map((placed) =>
      findingLine(placed, catalogue).concat(
        placed.finding.accepted === undefined ? '' : ': accepted, but a replica that takes over may lack it',
      ),
    ),
    ...(found.length === 0 ? [same] : []),
    ...(differences.settled === 0
      ? []
      : [`${counted(differences.settled, 'difference')} accepted, by which the replica lacks nothing`]),
    ...(report.level === 'index' ? ['--level index: whether the replica has the message files was not looked at'] : []),
    ...(report.complete ? [] : ['not everything was audited']),
  ]);
}
