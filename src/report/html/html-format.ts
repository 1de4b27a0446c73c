import { createHash } from 'node:crypto';
import { PAGE_SCRIPT, PAGE_STYLE } from '../../generated/html-page.js';
import type { Report } from '../../generated/report.js';
import { groupFindings } from '../finding-groups.js';
import { FORMAT_DESCRIPTIONS } from '../format-descriptions.js';
import { counted } from '../numbers.js';
import type { RenderOptions, ReportFormat } from '../report-format.js';
import { verdictLine } from '../verdict-line.js';
import { actionsPart } from './actions-part.js';
import { collectPageData } from './collect-page-data.js';
import { element, toHtml, type Markup } from './element.js';
import { dataScripts } from './embed-json.js';
import { findingsPart } from './findings-part.js';
import { picturePart } from './picture-part.js';
import { totalsPart, unauditedPart } from './run-parts.js';
import { timelinesPart } from './timelines-part.js';
import { verdictPart } from './verdict-part.js';

const MAX_EXAMPLES = 3;

/** One file that needs no other: the verdict, what to do, a picture, and every finding. */
export function renderHtml(report: Report, { catalogue }: RenderOptions): string {
  const groups = groupFindings(report, MAX_EXAMPLES);
  const data = collectPageData(report, catalogue);
  const timelines = timelinesPart(report);
  const body = [
    element('a', { class: 'skip', href: '#findings' }, 'Skip to the findings'),
    verdictPart(report, groups, catalogue),
    contents(report, timelines?.heading),
    element(
      'main',
      {},
      actionsPart(report, groups, catalogue),
      picturePart(report, groups),
      timelines?.part,
      findingsPart(report, data),
      unauditedPart(report),
      totalsPart(report),
    ),
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    ...headTags(report).map(toHtml),
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    ...body.map(toHtml),
    dataScripts(data),
    `<script>${PAGE_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function headTags(report: Report): Markup[] {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  // Nothing may be fetched, and nothing may run but what is written here.
  const policy = [
    `default-src 'none'`,
    `script-src ${hash(PAGE_SCRIPT)}`,
    `style-src ${hash(PAGE_STYLE)}`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return [
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', { name: 'referrer', content: 'no-referrer' }),
    element('meta', { name: 'robots', content: 'noindex' }),
    // A browser would ask the server for one.
    element('link', { rel: 'icon', href: 'data:,' }),
    element('title', {}, `${report.verdict}: ${verdictLine(report)}`),
  ];
}

function contents({ unaudited, command }: Report, timelines: string | undefined): Markup {
  const links: [string, string][] = [
    ['do', 'What to do next'],
    ['picture', command === 'check' ? 'The side' : 'The pair'],
    ...(timelines === undefined ? [] : [['parts', timelines] as [string, string]]),
    ['findings', 'Findings'],
    ['unaudited', unaudited.length === 0 ? 'Not audited' : `Not audited: ${counted(unaudited.length, 'thing')}`],
    ['totals', 'Totals'],
  ];
  return element(
    'nav',
    { class: 'contents', 'aria-label': 'Parts of the report' },
    element(
      'ul',
      {},
      links.map(([id, words]) => element('li', {}, element('a', { href: `#${id}` }, words))),
    ),
  );
}

export const htmlFormat: ReportFormat = {
  name: 'html',
  description: FORMAT_DESCRIPTIONS.html,
  render: renderHtml,
};
