import type { Report } from '../../generated/report.js';
import { exitStatus } from '../exit-status.js';
import { groupFindings } from '../finding-groups.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { grouped } from '../numbers.js';
import type { ReportFormat } from '../report-format.js';
import { verdictLine } from '../verdict-line.js';
import { performanceData } from './performance-data.js';

/** By exit status: the convention of monitoring plugins. */
const STATUS_WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/** Kinds of findings that the line names: it goes to pagers. */
const MAX_KINDS = 3;

/** One line: the state, its words, the worst kinds of findings, and performance data behind a bar. */
export function renderNagios(report: Report): string {
  const status = STATUS_WORDS[exitStatus(report, 'admin')];
  const reasons = reasonsOf(report);
  const words = reasons.length === 0 ? verdictLine(report) : `${verdictLine(report)} (${reasons.join(', ')})`;
  return `CYRAUDIT ${status} - ${words} | ${performanceData(report)}\n`;
}

/** What decides the state. Nothing in it comes from a spool, so that no bar can begin the performance data too early. */
function reasonsOf(report: Report): string[] {
  const open = groupFindings(report, 0).filter(({ findingClass }) => findingClass !== 'safe');
  const { length } = report.unaudited;
  const isKnownBefore = report.attention !== undefined && report.attention !== report.verdict;
  return [
    ...open.slice(0, MAX_KINDS).map(({ code, count }) => `${grouped(count)} ${code}`),
    ...(open.length > MAX_KINDS ? [`${open.length - MAX_KINDS} more kinds`] : []),
    ...(isKnownBefore ? ['accepted or known before'] : []),
    ...(length > 0 ? [`${grouped(length)} not audited`] : []),
  ];
}

export const nagiosFormat: ReportFormat = {
  name: 'nagios',
  description: FORMAT_DESCRIPTIONS.nagios,
  render: renderNagios,
};
