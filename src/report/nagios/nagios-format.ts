import type { Report, Unaudited } from '../../generated/report.js';
import { exitStatus } from '../exit-status.js';
import { findingMessage } from '../finding-message.js';
import { placedFindings, placeWords, worstFirst, type PlacedFinding } from '../finding-place.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { grouped } from '../numbers.js';
import { printable } from '../printable.js';
import type { Catalogue, RenderOptions, ReportFormat } from '../report-format.js';
import { verdictLine } from '../verdict-line.js';
import { performanceData } from './performance-data.js';

/** By exit status: the convention of monitoring plugins. */
const STATUS_WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

const MAX_LINES = 20;
/** In UTF-16 units: Nagios keeps 8 KiB of a plugin's output, and the first line must not go under. */
const MAX_LENGTH = 300;

/** One line with the state, its words and performance data; below it the worst that was found. */
export function renderNagios(report: Report, { catalogue }: Pick<RenderOptions, 'catalogue'>): string {
  const status = STATUS_WORDS[exitStatus(report, 'admin')];
  const first = `CYRAUDIT ${status} - ${plain(verdictLine(report))} | ${performanceData(report)}`;
  return [first, ...longOutput(report, catalogue)].map((line) => `${line}\n`).join('');
}

/** In the order in which they decide the state: halt, not audited, admin; then what replication repairs by itself. */
function longOutput(report: Report, catalogue: Catalogue): string[] {
  const placed = worstFirst(placedFindings(report));
  const halts = placed.findIndex(({ finding }) => finding.class !== 'halt');
  const of = (findings: readonly PlacedFinding[]) =>
    findings.slice(0, MAX_LINES).map((finding) => findingLine(finding, catalogue));
  const lines = [
    ...of(halts < 0 ? placed : placed.slice(0, halts)),
    ...report.unaudited.slice(0, MAX_LINES / 2).map(unauditedLine),
    ...(halts < 0 ? [] : of(placed.slice(halts))),
  ].slice(0, MAX_LINES);
  const all = Object.values(report.counts.findings).reduce((sum, n) => sum + n, report.unaudited.length);
  return all > lines.length ? [...lines, `and ${grouped(all - lines.length)} more`] : lines;
}

function findingLine(placed: PlacedFinding, catalogue: Catalogue): string {
  const { finding } = placed;
  const where = placeWords(placed);
  const message = findingMessage(finding, catalogue.get(finding.code));
  return plain(`${finding.class.toUpperCase()} ${finding.code} ${where === '' ? '' : `${where}: `}${message}`);
}

function unauditedLine({ what, side, mboxname, reason }: Unaudited): string {
  const words = [side === 'single' ? undefined : side, mboxname, what].filter((word) => word !== undefined);
  return plain(`NOT AUDITED ${words.join(' ')}: ${reason}`);
}

/** What follows a bar is performance data, on every line. */
function plain(text: string): string {
  const line = printable(text).replaceAll('|', '\\x7c');
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

export const nagiosFormat: ReportFormat = {
  name: 'nagios',
  description: FORMAT_DESCRIPTIONS.nagios,
  render: renderNagios,
};
