import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Subset } from '../run/audit.js';
import type { Level } from '../generated/report.js';
import { AuditError } from '../model/audit-error.js';
import type { FindingClass } from '../model/effects.js';
import { addConfigOptions } from './config/use-config.js';
import { FORMAT_DESCRIPTIONS } from '../report/format-descriptions.js';
import { formatHelp, formatNames } from './format-help.js';
import {
  addColorOptions,
  addLevelOption,
  addLoadOptions,
  addRecheckOptions,
  addThreadsOption,
} from './option-groups.js';
import { collect, parseCount, parseDuration, parseSince } from './option-values.js';
import { parseReportTarget } from './report-target.js';
import type { TerminalOptions } from './terminal.js';

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
  readonly summary?: boolean;
  readonly syslog?: boolean;
}

const formats = Object.keys(FORMAT_DESCRIPTIONS).map((name) => ({ name }));

/** @throws AuditError for an unknown format, before any work */
function collectReport(value: string, before?: readonly string[]): readonly string[] {
  parseReportTarget(value, formats);
  return collect(value, before);
}

const MAX_LOST = 999_999_999;
const MAX_PARTS = 10_000;

function parseSubset(value: string): Subset {
  const [, part = 0, of = 0] = (/^(\d{1,5})\/(\d{1,5})$/.exec(value) ?? []).map(Number);
  if (part < 1 || part > of || of > MAX_PARTS)
    throw new InvalidArgumentError(`Expected a part such as 3/7, of at most ${MAX_PARTS} parts.`);
  return { part, of };
}

/** Declares the shared options on a command. */
export function addAuditOptions(command: Command): Command {
  addConfigOptions(command);
  addLevelOption(command)
    .option(
      '--report <format[=file]>',
      `${formatNames}, on stdout or into a file; repeatable (default: text)`,
      collectReport,
    )
    .option('--user <glob>', 'only these users; repeatable', collect)
    .option('--mailbox <glob>', 'only these mailboxes, by internal name; repeatable', collect)
    .option('--partition <glob>', 'only these partitions; repeatable', collect)
    .option(
      '--max-lost <n>',
      "so many mailboxes lost from the master's list without a trace are admin each; more are halt",
      parseCount('mailboxes', 0, MAX_LOST),
      0,
    );
  addRecheckOptions(command)
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
      'end after 90s, 30m or 2h (a number alone is seconds) with what is done by then; the report tells what is not, and the status is 3',
      parseDuration,
    )
    .option(
      '--time-limit <time>',
      'leave out a user who takes longer than this: 90s, 30m; a number alone is seconds (default: 1h)',
      parseDuration,
    );
  addThreadsOption(command);
  addLoadOptions(command)
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
    .option('--summary', 'the same as --report summary: one line on stdout')
    .option('--syslog', 'also write the report syslog to stderr, for journald')
    .option('--quiet', 'print nothing for exit status 0')
    .option('--progress', 'show a progress bar (the default on a terminal)')
    .option('--no-progress', 'show no progress bar');
  addColorOptions(command, 'the text report').addHelpText('after', formatHelp());
  return command;
}

/** Options that do not go together. */
export interface Misfit {
  /** Of the one that is to go, without --. */
  readonly key: string;
  readonly problem: string;
  readonly advice: string;
}

/** The first of what does not go together, whoever asked for it. */
export function findMisfit({
  level,
  report,
  subset,
  hashSince,
  subsetState,
}: Partial<AuditCommandOptions>): Misfit | undefined {
  const onStdout = (report ?? []).filter((target) => !target.includes('='));
  if (onStdout.length > 1)
    return {
      key: 'report',
      problem: `two reports cannot both go to stdout: ${onStdout.join(', ')}`,
      advice: `Give one of them a file: ${onStdout[1]!}=FILE.`,
    };
  const notHashed = `nothing is hashed at level ${level ?? 'files'}`;
  if (hashSince !== undefined && level !== 'content')
    return { key: 'hash-since', problem: notHashed, advice: 'Use --level content with it.' };
  if (subset !== undefined && level !== 'content')
    return { key: 'subset', problem: notHashed, advice: 'Use --level content with it.' };
  if (subsetState !== undefined && subset === undefined)
    return { key: 'subset-state', problem: 'needs --subset', advice: 'Use --level content --subset n/t with it.' };
  return undefined;
}

function refuseMisfits(options: AuditCommandOptions): void {
  const misfit = findMisfit(options);
  if (misfit === undefined) return;
  const { key, problem, advice } = misfit;
  throw new AuditError('usage', `--${key}: ${problem}`, advice);
}

/** Options that only work at `--level content`. */
const OF_CONTENT = ['subset', 'hashSince', 'subsetState'] as const;

/** The options of a command after the configuration file. What was typed comes first: what does not go with it is left. */
export function auditOptions(command: Command): AuditCommandOptions {
  const { level } = command.opts<AuditCommandOptions>();
  const isTyped = (name: keyof AuditCommandOptions): boolean => command.getOptionValueSource(name) === 'cli';
  const leave = (name: keyof AuditCommandOptions): void => {
    if (!isTyped(name)) command.setOptionValueWithSource(name, undefined, 'config');
  };
  if (isTyped('level') && level !== 'content') OF_CONTENT.forEach(leave);
  // With a state the part is the one that is due.
  if (isTyped('subset')) leave('subsetState');
  if (isTyped('summary')) {
    leave('report');
    const { report = [] } = command.opts<AuditCommandOptions>();
    command.setOptionValueWithSource('report', [...report, 'summary'], 'cli');
  }
  const options = command.opts<AuditCommandOptions>();
  refuseMisfits(options);
  return options;
}
