import type { CountsByClass, CountsBySide, Report } from '../../generated/report.js';
import { CLASSES, worse, type FindingClass } from '../../model/effects.js';
import { exitStatus } from '../exit-status.js';
import { placedFindings } from '../finding-place.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { ordered } from '../ordered-json.js';
import type { ReportFormat } from '../report-format.js';
import { exposition, type Metric, type Sample } from './exposition.js';

/**
 * The report as metrics for the textfile collector of the node exporter. Every sample names what was audited: the files
 * of two pairs, or of two levels, lie in one directory without a clash, and a part is not taken for the whole.
 */
export function renderPrometheus(report: Report): string {
  return exposition(metricsOf(report), {
    level: report.level,
    scope: report.selection === undefined ? 'all' : 'selection',
    ...Object.fromEntries(report.sides.map(({ role, source }) => [role, source])),
  });
}

function metricsOf(report: Report): Metric[] {
  const { tool, command, verdict, complete, counts, unaudited, durations, finishedAt } = report;
  const metric = (name: string, help: string, ...samples: Sample[]): Metric => ({
    name: `cyraudit_${name}`,
    help,
    samples,
  });
  return [
    metric('info', 'The program that audited, and its command.', {
      labels: { version: tool.version, command },
      value: 1,
    }),
    metric('verdict', 'Worst class of what was audited: 0 clean, 1 safe, 2 admin, 3 halt.', {
      value: CLASSES.indexOf(verdict),
    }),
    metric('complete', '1 when everything was audited, 0 when something was not.', { value: Number(complete) }),
    metric('exit_status', 'Exit status without --fail-on: 0 good, 1 admin, 2 halt, 3 incomplete.', {
      value: exitStatus(report, 'admin'),
    }),
    metric('mailboxes', 'Mailboxes by the class of their worst finding.', ...byClass(counts.mailboxes)),
    metric('users', 'Users by the class of their worst finding outside their mailboxes.', ...byClass(counts.users)),
    metric('findings', 'Findings by code and class; a code that was not found has no sample.', ...byCode(report)),
    metric('records', 'Index records looked at.', ...bySide(counts.records)),
    metric('files', 'Message files seen.', ...bySide(counts.files)),
    metric('read_bytes', 'Bytes read.', { value: counts.bytesRead }),
    metric('unaudited', 'Parts that could not be audited.', { value: unaudited.length }),
    metric('duration_seconds', 'How long the audit took.', { value: durations.totalMs / 1000 }),
    metric('finished_timestamp_seconds', 'When the audit ended.', { value: Date.parse(finishedAt) / 1000 }),
  ];
}

const byClass = (counts: CountsByClass): Sample[] =>
  CLASSES.map((name) => ({ labels: { class: name }, value: counts[name] }));

const bySide = (counts: CountsBySide): Sample[] =>
  (['master', 'replica', 'single'] as const).flatMap((side) => {
    const value = counts[side];
    return value === undefined ? [] : [{ labels: { side }, value }];
  });

/** Counts are by code; the class is that of the findings that are listed, of which every code has one. */
function byCode(report: Report): Sample[] {
  const classes = new Map<string, FindingClass>();
  for (const { finding } of placedFindings(report))
    classes.set(finding.code, worse(classes.get(finding.code) ?? finding.class, finding.class));
  return Object.entries(ordered(report.counts.findings)).map(([code, value]) => ({
    labels: { code, class: classes.get(code) ?? 'unknown' },
    value,
  }));
}

export const prometheusFormat: ReportFormat = {
  name: 'prometheus',
  description: FORMAT_DESCRIPTIONS.prometheus,
  render: renderPrometheus,
};
