import { Chalk, type ChalkInstance } from 'chalk';
import { CLASSES, type FindingClass } from '../../model/effects.js';
import { printable } from '../printable.js';
import type { FindingTexts, RenderOptions } from '../report-format.js';
import { wrap } from '../wrap.js';

export const CLASS_WORDS: Readonly<Record<FindingClass, string>> = {
  safe: 'replication as it stands repairs it, or neither spreads it nor trips over it',
  admin: 'a person must act for this mailbox or user first; the rest may be replicated',
  halt: 'replicate nothing until a person has looked',
};

function paint(chalk: ChalkInstance, findingClass: FindingClass): string {
  return { safe: chalk.green, admin: chalk.yellow, halt: chalk.red }[findingClass].bold(findingClass);
}

/** The parts of an explanation, in the order in which a person needs them. */
export function explanationOf(finding: FindingTexts): readonly { readonly heading: string; readonly text: string }[] {
  return [
    { heading: 'What it is', text: finding.why },
    { heading: 'What replication does', text: finding.replication },
    { heading: 'What to do', text: finding.remedy },
    { heading: 'Example', text: printable(finding.message(finding.example)) },
  ];
}

/** Everything there is to know about one finding. */
export function explainFinding(finding: FindingTexts, { color, width }: Omit<RenderOptions, 'catalogue'>): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const part = (heading: string, text: string) => ['', chalk.bold(heading), ...wrap(text, width, '  ')];
  const lines = [
    ...wrap(`${finding.code}: ${finding.title}`, width).map((line, n) =>
      n === 0 ? chalk.bold(finding.code) + line.slice(finding.code.length) : line,
    ),
    ...wrap(`Class ${finding.class}: ${CLASS_WORDS[finding.class]}. Since ${finding.since}.`, width).map((line, n) =>
      n === 0 ? line.replace(finding.class, paint(chalk, finding.class)) : line,
    ),
    ...explanationOf(finding).flatMap(({ heading, text }) => part(heading, text)),
    ...(finding.details?.(finding.example) ?? []).flatMap((line) => wrap(printable(line), width, '    ')),
  ];
  return `${lines.join('\n')}\n`;
}

/** Narrower than this a second column is hard to read. */
const MIN_COLUMN = 30;

/** Two columns; on a narrow terminal one below the other. */
function row(code: string, title: string, column: number, width: number): string[] {
  const indent = 2 + column;
  if (width - indent < MIN_COLUMN) return [`  ${code}`, ...wrap(title, width, '      ')];
  return wrap(title, width, ' '.repeat(indent)).map((line, n) =>
    n === 0 ? `  ${code.padEnd(column)}${line.slice(indent)}` : line,
  );
}

/** Every finding with its title, worst class first, by code. */
export function explainAll({ catalogue, color, width }: RenderOptions): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const all = [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const column = Math.max(0, ...all.map(({ code }) => code.length)) + 2;
  const lines: string[] = [];
  for (const findingClass of CLASSES.toReversed()) {
    if (findingClass === 'clean') continue;
    const members = all.filter((finding) => finding.class === findingClass);
    if (members.length === 0) continue;
    const [head, ...more] = wrap(`${findingClass}: ${CLASS_WORDS[findingClass]}`, width);
    lines.push(paint(chalk, findingClass) + head!.slice(findingClass.length), ...more);
    lines.push(...members.flatMap(({ code, title }) => row(code, title, column, width)), '');
  }
  lines.push(...wrap('cyraudit explain CODE says what a finding means and what to do.', width));
  return `${lines.join('\n')}\n`;
}
