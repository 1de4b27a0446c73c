import { InvalidArgumentError, Option, type Command } from 'commander';
import type { AuditOptions, Subset } from '../run/audit.js';
import type { Level, Report } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import type { FindingClass } from '../model/effects.js';
import type { RenderOptions } from '../report/report-format.js';
import type { SideSpec } from '../sources/spool/open-side.js';
import { exitStatus } from './exit-status.js';
import { formatHelp, formatNames } from './format-help.js';
import { collect, parseCount, parseDelay, parseDuration, parseSince } from './option-values.js';
import type { ReportTarget } from './report-target.js';
import { textWidth, useColor, writeStdout, type TerminalOptions } from './terminal.js';

/** More threads than any machine that holds a spool has, and few enough to be started. */
export const MAX_THREADS = 256;

/** Options that `compare` and `check` share, as commander hands them over. */
export interface AuditCommandOptions extends TerminalOptions {
  readonly level: Level;
  readonly report?: readonly string[];
  readonly user?: readonly string[];
  readonly mailbox?: readonly string[];
  readonly partition?: readonly string[];
  readonly maxLost: number;
  readonly recheck: number;
  readonly recheckDelay?: number;
  readonly maxDuration?: number;
  readonly timeLimit?: number;
  readonly subset?: Subset;
  readonly hashSince?: Date;
  readonly subsetState?: string;
  readonly threads?: number;
  readonly ioLimit?: number;
  readonly nice?: boolean;
  readonly failOn: FindingClass;
  readonly accept?: readonly string[];
  readonly baseline?: string;
  readonly quiet?: boolean;
}

const MAX_LOST = 999_999_999;
/** More looks than anybody waits for. */
const MAX_RECHECKS = 100;
/** Unit: MB/s. */
const MAX_IO_LIMIT = 100_000;

const MAX_PARTS = 10_000;

function parseSubset(value: string): Subset {
  const [, part = 0, of = 0] = (/^(\d{1,5})\/(\d{1,5})$/.exec(value) ?? []).map(Number);
  if (part < 1 || part > of || of > MAX_PARTS)
    throw new InvalidArgumentError(`Expected a part such as 3/7, of at most ${MAX_PARTS} parts.`);
  return { part, of };
}

/** Declares the shared options on a command. */
export function addAuditOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--level <level>',
        'index: databases and metadata only; files: also stats every message; content: also hashes every message and decodes its cache record',
      )
        .choices(['index', 'files', 'content'])
        .default('files'),
    )
    .option('--report <format[=file]>', `${formatNames}, on stdout or into a file; repeatable (default: text)`, collect)
    .option('--user <glob>', 'only these users; repeatable', collect)
    .option('--mailbox <glob>', 'only these mailboxes, by internal name; repeatable', collect)
    .option('--partition <glob>', 'only these partitions; repeatable', collect)
    .option(
      '--max-lost <n>',
      "so many mailboxes lost from the master's list without a trace are admin each; more are halt",
      parseCount('mailboxes', 0, MAX_LOST),
      0,
    )
    .option(
      '--recheck <n>',
      'for servers at work: look again n times at what differs, and report what is found every time',
      parseCount('looks', 0, MAX_RECHECKS),
      0,
    )
    .option('--recheck-delay <seconds>', 'wait before each of these looks (default: 30)', parseDelay)
    .option(
      '--subset <n/t>',
      'with --level content: hash only the n-th of t parts of the message files; another part every night',
      parseSubset,
    )
    .option(
      '--hash-since <time>',
      'with --level content: hash only messages that changed since then: 2026-11-20, 2026-11-20T04:00Z or 7d',
      parseSince,
    )
    .option('--subset-state <file>', 'keep here when each part was hashed, and take the one that is due longest')
    .option(
      '--max-duration <time>',
      'end after 90s, 30m or 2h with what is done by then; the report tells what is not, and the status is 3',
      parseDuration,
    )
    .option('--time-limit <time>', 'leave out a user who takes longer than this (default: 1h)', parseDuration)
    .option(
      '--threads <n>',
      'worker threads (default: one per core; with --level content more while they wait for the disk)',
      parseCount('threads', 1, MAX_THREADS),
    )
    .option('--io-limit <MB/s>', 'read no more than this from both sides together', parseCount('MB/s', 1, MAX_IO_LIMIT))
    .option('--nice', 'give way to servers: lowest priority for the processor, and the disk only when it is idle')
    .addOption(
      new Option('--fail-on <class>', 'mildest class that is not a success')
        .choices(['safe', 'admin', 'halt'])
        .default('admin'),
    )
    .option(
      '--accept <file>',
      'findings that somebody lives with, with a reason and a last day: they do not decide the exit status; repeatable',
      collect,
    )
    .option(
      '--baseline <report.json>',
      'an earlier report: only what is new since decides the exit status, and the report tells what is resolved',
    )
    .option('--quiet', 'print nothing for exit status 0')
    .option('--progress', 'show a progress bar (the default on a terminal)')
    .option('--no-progress', 'show no progress bar')
    .option('--color', 'colour the text report (the default on a terminal, unless NO_COLOR is set)')
    .option('--no-color', 'do not colour the text report')
    .addHelpText('after', formatHelp());
}

type Run = (options: AuditOptions) => Promise<Report>;

/** Runs an audit, writes its reports and sets the exit status. `sides` are the places where nothing may be written. */
export async function runAudit(options: AuditCommandOptions, sides: readonly SideSpec[], run: Run): Promise<void> {
  const targets = await checkTargets(options, sides);
  refuseHashSince(options);
  const subset = await chooseSubset(options, sides);
  if (options.nice === true) {
    const { giveWay } = await import('./give-way.js');
    giveWay();
  }
  const known = await knownBefore(options, sides, subset);
  const report = known(await runWithProgress({ ...options, ...(subset === undefined ? {} : { subset }) }, run));
  if (options.subsetState !== undefined && subset !== undefined && report.complete) {
    const { noteSubset } = await import('./subset-state.js');
    noteSubset(options.subsetState, subset, new Date(report.startedAt));
  }
  const status = exitStatus(report, options.failOn);
  await writeReports(report, targets, options, status === 0 && options.quiet === true);
  process.exitCode = status;
}

/** Everything that can be known to be wrong with the reports is said before hours of work, not after them. */
async function checkTargets(options: AuditCommandOptions, sides: readonly SideSpec[]): Promise<ReportTarget[]> {
  const [{ reportFormats }, { checkReportFile, parseReportTarget }] = await Promise.all([
    import('../report/formats.js'),
    import('./report-target.js'),
  ]);
  const targets = (options.report ?? [reportFormats[0]!.name]).map((value) => parseReportTarget(value, reportFormats));
  if (targets.filter(({ file }) => file === undefined).length > 1)
    throw new AuditError(
      'usage',
      '--report: two reports cannot both go to stdout',
      'Give one of them a file: --report json=FILE.',
    );
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
  sides: readonly SideSpec[],
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

function refuseHashSince({ level, hashSince }: AuditCommandOptions): void {
  if (hashSince === undefined || level === 'content') return;
  throw new AuditError(
    'usage',
    `--hash-since: nothing is hashed at level ${level}`,
    'Use --level content --hash-since 7d.',
  );
}

async function chooseSubset(
  { level, subset, subsetState }: AuditCommandOptions,
  sides: readonly SideSpec[],
): Promise<Subset | undefined> {
  if (subset === undefined && subsetState === undefined) return undefined;
  if (level !== 'content' || subset === undefined)
    throw new AuditError(
      'usage',
      subset === undefined ? '--subset-state needs --subset' : `--subset: nothing is hashed at level ${level}`,
      'Use --level content --subset n/t.',
    );
  if (subsetState === undefined) return subset;
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
  options: TerminalOptions,
  silent: boolean,
): Promise<void> {
  const [{ catalogue }, { writeReportFile }] = await Promise.all([
    import('../findings/catalogue.js'),
    import('./report-target.js'),
  ]);
  const toFile: RenderOptions = { catalogue, color: false, width: 100 };
  for (const { format, file } of targets) {
    if (file !== undefined) writeReportFile(file, format.render(report, toFile));
    else if (!silent)
      await writeStdout(format.render(report, { catalogue, color: useColor(options), width: textWidth() }));
  }
}
