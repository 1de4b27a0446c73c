import type { Report } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { keyValues, summaryValues } from '../key-values.js';
import type { ReportFormat } from '../report-format.js';

/** One line. */
export const renderSummary = (report: Report): string => `${keyValues(summaryValues(report))}\n`;

export const summaryFormat: ReportFormat = {
  name: 'summary',
  description: FORMAT_DESCRIPTIONS.summary,
  render: renderSummary,
};
