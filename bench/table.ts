import { cpus, totalmem, type as osType } from 'node:os';
import { gradeOf, type Attained, type Grade, type Row, type Unit } from './goals.js';
import type { Group } from './datasets.js';
import { median } from './measure.js';

export interface BenchResult {
  /** RFC 3339, the day. */
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly groups: readonly Pick<Group, 'name' | 'about'>[];
  readonly rows: readonly Row[];
  readonly attained: readonly Attained[];
}

interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
}

/** Enough to compare runs by; nothing that names the machine. */
export const describeMachine = (): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: osType(),
  node: process.version,
});

export function toMarkdown({ date, machine, rounds, isQuick, groups, rows, attained }: BenchResult): string {
  const { cores, cpu, memoryGiB, os, node } = machine;
  return [
    '# cyraudit and what would be run instead',
    '',
    `${date}; ${cores} cores (${cpu}), ${memoryGiB} GiB, ${os}, Node ${node}. Medians of ${rounds} rounds in which all`,
    'that is in one table ran by turns, with a warm cache unless it says otherwise; memory is the highest peak of the',
    'largest process. Ratios are medians of the ratios of each round.',
    ...(isQuick ? ['', '**A quick run over small data: it shows that everything runs, and nothing else.**'] : []),
    '',
    '## Floors and goals',
    '',
    'x: so many times as fast as the peer, higher is better. of: so many times as much, lower is better.',
    '',
    ...markdownTable(
      ['data', 'what', 'floor', 'goal', 'attained', 'of CPU time', 'reaches'],
      attained.map((line) => [
        line.data,
        line.what,
        inUnit(line.floor, line.unit),
        inUnit(line.goal, line.unit),
        line.value === undefined ? `not measured: ${line.whyNot ?? ''}` : inUnit(line.value, line.unit),
        inUnit(line.cpu, line.unit),
        GRADE_WORDS[gradeOf(line)],
      ]),
    ),
    ...groups.flatMap((group) =>
      groupSection(
        group,
        rows.filter((row) => row.group === group.name),
      ),
    ),
    '',
  ].join('\n');
}

const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  goal: 'goal',
  floor: 'floor',
  missed: '**missed**',
  'no floor': '',
  'not measured': '',
};

function groupSection({ name, about }: Pick<Group, 'name' | 'about'>, rows: readonly Row[]): string[] {
  return [
    '',
    `## ${name}`,
    '',
    about,
    '',
    ...markdownTable(
      ['data', 'what', 'wall s', 'CPU s', 'peak MiB'],
      rows.map(({ label, contender, runs, whyNot }) =>
        runs.length === 0
          ? [label, contender, `not measured: ${whyNot ?? ''}`, '', '']
          : [
              label,
              contender,
              median(runs.map(({ wallS }) => wallS)).toFixed(2),
              median(runs.map(({ cpuS }) => cpuS)).toFixed(2),
              Math.max(...runs.map(({ peakMiB }) => peakMiB)).toFixed(0),
            ],
      ),
    ),
  ];
}

function inUnit(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '';
  if (unit === 'pairs/s') return `${value.toLocaleString('en')} pairs/s`;
  if (unit === 'MiB') return `${value} MiB`;
  return unit === 's' ? `${value.toFixed(2)} s` : `${value.toFixed(2)}${unit === 'x' ? 'x' : ' of'}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
