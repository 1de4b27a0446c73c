import { Chalk, type ChalkInstance } from 'chalk';
import type { Report, Unaudited } from '../../generated/report.js';
import type { VerdictClass } from '../../model/effects.js';
import { commandLine } from '../command-line.js';
import { effectWords } from '../effect-words.js';
import { groupFindings, placesWords, type FindingGroup } from '../finding-groups.js';
import { findingDetails, findingMessage, UNKNOWN_TITLE } from '../finding-message.js';
import { placeWords, type PlacedFinding } from '../finding-place.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { bytes, counted, duration, grouped } from '../numbers.js';
import { mayRun, nothingLookedAt, shownClass } from '../outcome.js';
import { printable, printableMboxname } from '../printable.js';
import type { RenderOptions, ReportFormat } from '../report-format.js';
import { atRiskWords, classWords, howWords, sideName, sideWords } from '../run-words.js';
import { verdictLine } from '../verdict-line.js';
import { fitLine, wrap } from '../wrap.js';

const MAX_EXAMPLES = 5;
const MAX_UNAUDITED = 20;
const INDENT = '    ';
/** Of the further lines of a finding. */
const HANGING = '  ';

/** The report for a person at a terminal: the verdict first, then why, worst first, then what the run covered. */
export function renderText(report: Report, options: RenderOptions): string {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const verdict = paint(chalk, shownClass(report));
  const lines = fitLine('', verdictLine(report), options.columns, '').map((line) => verdict(line));
  for (const group of groupFindings(report, MAX_EXAMPLES))
    lines.push('', ...groupLines(group, mayRun(report) || group.findingClass !== 'safe', options, chalk));
  lines.push(...unauditedLines(report.unaudited, options, chalk));
  if (report.verdict === 'admin' || report.verdict === 'halt' || !report.complete)
    // For a shell: never broken.
    lines.push('', `Then audit again: ${commandLine(report)}`);
  lines.push('', ...totalLines(report, options));
  return `${lines.join('\n')}\n`;
}

function paint(chalk: ChalkInstance, verdict: VerdictClass): (text: string) => string {
  return { clean: chalk.green.bold, safe: chalk.green.bold, admin: chalk.yellow.bold, halt: chalk.red.bold }[verdict];
}

function groupLines(
  group: FindingGroup,
  withRemedy: boolean,
  { catalogue, width, columns }: RenderOptions,
  chalk: ChalkInstance,
): string[] {
  const texts = catalogue.get(group.code);
  const where = placesWords(group);
  const count = `${grouped(group.count)}${where === '' ? '' : ` in ${where}`}`;
  const title = printable(texts?.title ?? UNKNOWN_TITLE);
  const name = paint(chalk, group.findingClass)(group.findingClass.toUpperCase());
  // A line that is broken within colours would leave the rest of them to whoever shows single lines.
  const bold = columns === undefined ? chalk.bold : (text: string) => text.replace(/\S+/g, (word) => chalk.bold(word));
  const indent = ' '.repeat(group.findingClass.length + 2);
  const lines = [
    ...fitLine(`${name}  `, `${bold(title)} (${count}) ${chalk.dim(group.code)}`, columns, indent),
    ...group.examples.flatMap((example) => [
      ...fitLine(INDENT, exampleLine(example, texts), columns, INDENT + HANGING),
      ...findingDetails(example.finding, texts).flatMap((line) =>
        fitLine(INDENT + INDENT, line, columns, INDENT + INDENT + HANGING),
      ),
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

function exampleLine(example: PlacedFinding, texts: Parameters<typeof findingMessage>[1]): string {
  const where = placeWords(example, printableMboxname);
  const message = findingMessage(example.finding, texts);
  return where === '' ? message : `${where}: ${message}`;
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

function totalLines(report: Report, { columns }: RenderOptions): string[] {
  const { counts, sides } = report;
  const line = (label: string, words: string): string[] => fitLine(label, words, columns, ' '.repeat(label.length));
  const labelled = (label: string, words: string | undefined): string[] =>
    words === undefined ? [] : line(`${label.padEnd(7)}  `, words);
  const isBlank = nothingLookedAt(report);
  return [
    ...sides.flatMap((side) => labelled(sideName(side), `${printable(side.config)}: ${sideWords(side, isBlank)}`)),
    ...howWords(report).flatMap(([label, words]) => labelled(label, words)),
    ...line('Mailboxes: ', classWords(counts.mailboxes, isBlank)),
    ...line('Users:     ', classWords(counts.users, isBlank)),
    ...labelled('At risk:', atRiskWords(report)),
    ...line('', `Level ${report.level}, ${bytes(counts.bytesRead)} read in ${duration(report.durations.totalMs)}.`),
  ];
}

export const textFormat: ReportFormat = {
  name: 'text',
  description: FORMAT_DESCRIPTIONS.text,
  render: renderText,
};
