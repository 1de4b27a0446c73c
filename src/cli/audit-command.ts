import type { AuditOptions, Subset } from '../run/audit.js';
import type { Report } from '../generated/report.js';
import type { RenderOptions } from '../report/report-format.js';
import type { AuditCommandOptions } from './audit-options.js';
import type { SideArgument } from './config/use-config.js';
import { exitStatus } from './exit-status.js';
import type { ReportTarget } from './report-target.js';
import { stdoutLook, writeStderr, writeStdout } from './terminal.js';

type Run = (options: AuditOptions) => Promise<Report>;

/**
 * Runs an audit, writes its reports and sets the exit status.
 * @param configFile that the options come from, as it was named
 * @param sides places where nothing may be written
 */
export async function runAudit(
  options: AuditCommandOptions,
  configFile: string | undefined,
  sides: readonly SideArgument[],
  run: Run,
): Promise<void> {
  const targets = await checkTargets(options, sides);
  const subset = await chooseSubset(options, sides);
  if (options.nice === true) {
    const { giveWay } = await import('./give-way.js');
    giveWay();
  }
  const known = await knownBefore(options, sides, subset);
  const found = await runWithProgress({ ...options, ...(subset === undefined ? {} : { subset }) }, run);
  const report = known(withNames(found, configFile, sides));
  if (options.subsetState !== undefined && subset !== undefined && report.complete) {
    const { noteSubset } = await import('./subset-state.js');
    noteSubset(options.subsetState, subset, new Date(report.startedAt));
  }
  const status = exitStatus(report, options.failOn);
  await writeReports(report, targets, options, status === 0 && options.quiet === true);
  process.exitCode = status;
}

/** With what the audit itself does not know: the configuration file, and the names of sides in it. */
function withNames(report: Report, configFile: string | undefined, sides: readonly SideArgument[]): Report {
  if (configFile === undefined) return report;
  return {
    ...report,
    configFile,
    sides: report.sides.map((side, n) => ({
      ...side,
      ...(sides[n]?.name === undefined ? {} : { name: sides[n].name }),
    })),
  };
}

/** Everything that can be known to be wrong with the reports is said before hours of work, not after them. */
async function checkTargets(options: AuditCommandOptions, sides: readonly SideArgument[]): Promise<ReportTarget[]> {
  const [{ reportFormats }, { checkReportFile, parseReportTarget }] = await Promise.all([
    import('../report/formats.js'),
    import('./report-target.js'),
  ]);
  const targets = (options.report ?? [reportFormats[0]!.name]).map((value) => parseReportTarget(value, reportFormats));
  const files = targets.flatMap(({ file }) => file ?? []);
  if (files.length > 0) {
    const { sideDirectories } = await import('./side-directories.js');
    const directories = sides.flatMap(sideDirectories);
    for (const file of files) checkReportFile(file, directories);
  }
  return targets;
}

/** What nobody asked for is not loaded. What is wrong with it is said before hours of work. */
async function knownBefore(
  options: AuditCommandOptions,
  sides: readonly SideArgument[],
  subset: Subset | undefined,
): Promise<(report: Report) => Report> {
  if (options.accept === undefined && options.baseline === undefined) return (report) => report;
  const { knownFindings } = await import('./known-findings.js');
  const { level, user: users, mailbox: mailboxes, partition: partitions } = options;
  const globs = Object.entries({ users, mailboxes, partitions }).filter(([, given]) => given !== undefined);
  return knownFindings(options, {
    command: sides.length === 1 ? 'check' : 'compare',
    level,
    sides,
    ...(globs.length === 0 ? {} : { selection: Object.fromEntries(globs) }),
    ...(subset === undefined ? {} : { subset }),
    ...(options.hashSince === undefined ? {} : { hashedSince: {} }),
  });
}

/** A first one ends the audit with a report of what is done; a second one ends the program. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

async function chooseSubset(
  { subset, subsetState }: AuditCommandOptions,
  sides: readonly SideArgument[],
): Promise<Subset | undefined> {
  if (subset === undefined || subsetState === undefined) return subset;
  const [{ dueSubset }, { checkReportFile }, { sideDirectories }] = await Promise.all([
    import('./subset-state.js'),
    import('./report-target.js'),
    import('./side-directories.js'),
  ]);
  checkReportFile(subsetState, sides.flatMap(sideDirectories));
  return dueSubset(subsetState, subset);
}

async function runWithProgress(options: AuditCommandOptions, run: Run): Promise<Report> {
  const { startProgress } = await import('./progress.js');
  const progress = await startProgress(options);
  const { onProgress } = progress;
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
    stop.abort(`stopped by ${signal}`);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await run({
      signal: stop.signal,
      level: options.level,
      maxLost: options.maxLost,
      recheck: options.recheck,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      ...(options.ioLimit === undefined ? {} : { bytesPerSecond: options.ioLimit * 1_000_000 }),
      ...(options.recheckDelay === undefined ? {} : { recheckDelay: options.recheckDelay }),
      ...(options.subset === undefined ? {} : { subset: options.subset }),
      ...(options.hashSince === undefined ? {} : { hashSince: options.hashSince }),
      ...(options.timeLimit === undefined ? {} : { timeLimit: options.timeLimit }),
      ...(options.maxDuration === undefined ? {} : { maxDuration: options.maxDuration }),
      ...(options.user === undefined ? {} : { users: [...options.user] }),
      ...(options.mailbox === undefined ? {} : { mailboxes: [...options.mailbox] }),
      ...(options.partition === undefined ? {} : { partitions: [...options.partition] }),
      onProgress,
    });
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
    progress.stop();
  }
}

async function writeReports(
  report: Report,
  targets: readonly ReportTarget[],
  options: AuditCommandOptions,
  silent: boolean,
): Promise<void> {
  const [{ catalogue }, { renderPieces }, { writeReportFile }] = await Promise.all([
    import('../findings/catalogue.js'),
    import('../report/render-pieces.js'),
    import('./report-target.js'),
  ]);
  const toFile: RenderOptions = { catalogue, color: false, width: 100 };
  for (const { format, file } of targets)
    if (file !== undefined) writeReportFile(file, renderPieces(format, report, toFile));
  if (options.syslog === true && !silent) {
    const { renderSyslog } = await import('../report/syslog/syslog-format.js');
    await writeStderr(renderSyslog(report, toFile));
  }
  // Last: whatever stdout refuses, the files are there.
  if (silent) return;
  for (const { format, file } of targets)
    if (file === undefined) await writeStdout(renderPieces(format, report, { catalogue, ...stdoutLook(options) }));
}
