import { Chalk, type ChalkInstance } from 'chalk';
import type { Report, ReportSide, Unaudited } from '../../generated/report.js';
import { CLASSES, type VerdictClass } from '../../model/effects.js';
import { findingDetails, findingMessage } from '../finding-message.js';
import { printable, printableMboxname } from '../printable.js';
import type { RenderOptions, ReportFormat } from '../report-format.js';
import { wrap } from '../wrap.js';
import { effectWords } from './effect-words.js';
import { groupFindings, type Example, type FindingGroup } from './finding-groups.js';
import { bytes, counted, duration, grouped } from './numbers.js';
import { verdictLine } from './verdict-line.js';

const MAX_EXAMPLES = 5;
const MAX_UNAUDITED = 20;
const INDENT = '    ';

/** The report for a person at a terminal: the verdict first, then why, worst first, then what the run covered. */
export function renderText(report: Report, options: RenderOptions): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const lines = [
    paint(chalk, report.complete || report.verdict === 'halt' ? report.verdict : 'admin')(verdictLine(report)),
  ];
  // "Let replication run" must not stand below a verdict that forbids it.
  const mayRun = report.complete && report.verdict !== 'halt';
  for (const group of groupFindings(report, MAX_EXAMPLES))
    lines.push('', ...groupLines(group, mayRun || group.findingClass !== 'safe', options, chalk));
  lines.push(...unauditedLines(report.unaudited, options, chalk));
  if (report.verdict === 'admin' || report.verdict === 'halt' || !report.complete)
    lines.push('', `Then audit again: ${commandLine(report)}`);
  lines.push('', ...totalLines(report));
  return `${lines.join('\n')}\n`;
}

function paint(chalk: ChalkInstance, verdict: VerdictClass): (text: string) => string {
  return { clean: chalk.green.bold, safe: chalk.green.bold, admin: chalk.yellow.bold, halt: chalk.red.bold }[verdict];
}

function groupLines(
  group: FindingGroup,
  withRemedy: boolean,
  { catalogue, width }: RenderOptions,
  chalk: ChalkInstance,
): string[] {
  const texts = catalogue.get(group.code);
  const { mailboxes, users } = group.places;
  const where = [
    ...(mailboxes > 0 ? [counted(mailboxes, 'mailbox', 'mailboxes')] : []),
    ...(users > 0 ? [counted(users, 'user')] : []),
  ];
  const count = `${grouped(group.count)}${where.length > 0 ? ` in ${where.join(' and ')}` : ''}`;
  const title = printable(texts?.title ?? 'A finding of another version of cyraudit');
  const lines = [
    `${paint(chalk, group.findingClass)(group.findingClass.toUpperCase())}  ${chalk.bold(title)} (${count}) ${chalk.dim(group.code)}`,
    ...group.examples.flatMap((example) => [
      `${INDENT}${exampleLine(example, texts)}`,
      ...findingDetails(example.finding, texts).map((line) => INDENT + INDENT + line),
    ]),
  ];
  const more = group.count - group.examples.length;
  if (more > 0) lines.push(`${INDENT}and ${grouped(more)} more`);
  if (group.effects.size > 0) lines.push(...hanging('Replication would: ', `${effectWords(group.effects)}.`, width));
  if (texts !== undefined && withRemedy) lines.push(...hanging('Do: ', printable(texts.remedy), width));
  return lines;
}

/** A labelled paragraph whose further lines stand under its text. */
function hanging(label: string, text: string, width: number): string[] {
  const indent = INDENT + ' '.repeat(label.length);
  return wrap(text, width, indent).map((line, n) => (n === 0 ? INDENT + label + line.slice(indent.length) : line));
}

function exampleLine({ finding, place }: Example, texts: Parameters<typeof findingMessage>[1]): string {
  const where: string[] = [];
  if (finding.side !== undefined && finding.side !== 'single') where.push(finding.side);
  if (place !== undefined)
    where.push('mboxname' in place ? printableMboxname(place.mboxname) : `user ${printable(place.userid)}`);
  if (finding.uid !== undefined) where.push(`uid ${finding.uid}`);
  const message = findingMessage(finding, texts);
  return where.length === 0 ? message : `${where.join(' ')}: ${message}`;
}

function unauditedLines(unaudited: readonly Unaudited[], { width }: RenderOptions, chalk: ChalkInstance): string[] {
  if (unaudited.length === 0) return [];
  const lines = ['', chalk.yellow.bold(`Not audited: ${counted(unaudited.length, 'thing')}`)];
  for (const { what, side, mboxname, reason } of unaudited.slice(0, MAX_UNAUDITED)) {
    const where = [
      ...(side === undefined || side === 'single' ? [] : [side]),
      ...(mboxname === undefined ? [] : [printableMboxname(mboxname)]),
      printable(what),
    ];
    lines.push(...wrap(`${where.join(' ')}: ${printable(reason)}`, width, INDENT));
  }
  const more = unaudited.length - MAX_UNAUDITED;
  if (more > 0) lines.push(`${INDENT}and ${grouped(more)} more, all listed by --report json`);
  return lines;
}

/** The command that was given, as far as the report knows it, for a shell. */
function commandLine({ command, level, maxLost = 0, subset, recheck, sides, selection = {} }: Report): string {
  const words = ['cyraudit', command, ...sides.map(({ source }) => source)];
  if (level !== 'files') words.push('--level', level);
  if (maxLost > 0) words.push('--max-lost', String(maxLost));
  if (subset !== undefined) words.push('--subset', `${String(subset.part)}/${String(subset.of)}`);
  if (recheck !== undefined)
    words.push('--recheck', String(recheck.looks), '--recheck-delay', String(recheck.delaySeconds));
  for (const [option, globs] of [
    ['--user', selection.users],
    ['--mailbox', selection.mailboxes],
    ['--partition', selection.partitions],
  ] as const)
    for (const glob of globs ?? []) words.push(option, glob);
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", `'\\''`)}'`;
}

function totalLines(report: Report): string[] {
  const { counts, sides } = report;
  const byClass = (name: string, count: Report['counts']['mailboxes']) =>
    `${name} ${CLASSES.map((c) => `${grouped(count[c])} ${c}`).join(', ')}`;
  return [
    ...sides.map(sideLine),
    ...engineLines(sides),
    ...subsetLines(report),
    ...recheckLines(report),
    byClass('Mailboxes:', counts.mailboxes),
    byClass('Users:    ', counts.users),
    ...((counts.atRisk ?? 0) === 0
      ? []
      : [`At risk:  ${counted(counts.atRisk!, 'message')} without an intact copy on either side`]),
    `Level ${report.level}, ${bytes(counts.bytesRead)} read in ${duration(report.durations.totalMs)}.`,
  ];
}

/** What was not looked into. */
function subsetLines({ subset }: Report): string[] {
  if (subset === undefined) return [];
  const { master = 0, replica = 0, single = 0 } = subset.notHashed;
  const left = master + replica + single;
  return [
    `Subset   part ${String(subset.part)} of ${String(subset.of)} was hashed; of ${counted(left, 'message file')} only name and size were looked at`,
  ];
}

/** What was gone when it was looked at again. */
function recheckLines({ recheck }: Report): string[] {
  if (recheck === undefined) return [];
  const settled = Object.values(recheck.settled).reduce((sum, n) => sum + n, 0);
  const looks = `${counted(recheck.looks, 'further look')} at what differs, ${grouped(recheck.delaySeconds)} s apart`;
  return [`Recheck  ${looks}: ${counted(settled, 'finding')} had settled`];
}

/** Which release the predictions are those of, and that it was only assumed. */
function engineLines(sides: readonly ReportSide[]): string[] {
  const engine = sides.find(({ role }) => role === 'master')?.replicatesAs;
  if (engine === undefined) return [];
  const why =
    engine.from === 'given' ? 'as given' : 'the oldest that could have written its spool; --engine names another';
  return [`Engine   replication as Cyrus ${engine.version} does it (${why})`];
}

function sideLine(side: ReportSide): string {
  const role = side.role === 'single' ? 'Side' : side.role === 'master' ? 'Master' : 'Replica';
  const what = [
    `${counted(side.mailboxes, 'mailbox', 'mailboxes')} on ${counted(side.partitions.length, 'partition')}`,
    `${grouped(side.deletedMailboxes)} deleted`,
    counted(side.tombstones, 'tombstone'),
    counted(side.records, 'record'),
    `${counted(side.files, 'message file')} seen`,
    `Cyrus ${printable(side.engine)}`,
  ];
  return `${role.padEnd(7)}  ${printable(side.config)}: ${what.join(', ')}`;
}

export const textFormat: ReportFormat = {
  name: 'text',
  description: 'for a person: the verdict, the reasons and what to do (the default)',
  render: renderText,
};
