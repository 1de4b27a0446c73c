import type { Report } from '../../generated/report.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { inOrder } from '../ordered-json.js';
import type { ReportFormat } from '../report-format.js';

/** The same report gives the same bytes, in whatever order its objects were put together. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, inOrder, 2)}\n`;
}

export const jsonFormat: ReportFormat = {
  name: 'json',
  description: FORMAT_DESCRIPTIONS.json,
  render: renderJson,
};
