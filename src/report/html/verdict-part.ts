import type { Report } from '../../generated/report.js';
import { placesWords, type FindingGroup } from '../finding-groups.js';
import { UNKNOWN_TITLE } from '../finding-message.js';
import { counted, grouped } from '../numbers.js';
import { shownClass } from '../outcome.js';
import { printable } from '../printable.js';
import type { Catalogue } from '../report-format.js';
import { atRiskWords, knownWords } from '../run-words.js';
import { verdictLine } from '../verdict-line.js';
import { element, type Markup } from './element.js';
import { badge, foreign } from './small-parts.js';

/** The answer in words, of what, and the reasons, worst first. */
export function verdictPart(report: Report, groups: readonly FindingGroup[], catalogue: Catalogue): Markup {
  const atRisk = atRiskWords(report);
  const known = knownWords(report);
  return element(
    'header',
    { class: `verdict ${shownClass(report)}` },
    element('h1', {}, badge(report.verdict), ' ', verdictLine(report)),
    element('p', { class: 'about' }, aboutSides(report), ' ', aboutRun(report)),
    report.complete ? undefined : element('p', { class: 'strong' }, unauditedLine(report)),
    atRisk === undefined ? undefined : element('p', { class: 'strong' }, `${atRisk}.`),
    known === undefined ? undefined : element('p', {}, `${sentence(known)}.`),
    reasons(groups, catalogue),
  );
}

function aboutSides({ sides }: Report): Markup[] {
  return sides.map(({ role, config }) =>
    element(
      'span',
      { class: 'side' },
      element('b', {}, role === 'single' ? 'Side' : role),
      ' ',
      foreign(printable(config)),
    ),
  );
}

function aboutRun({ level, finishedAt, tool, selection }: Report): string {
  const part = selection === undefined ? '' : ' Only a part was audited: see Totals.';
  return `Audited at level ${level}, finished ${utc(finishedAt)}, by cyraudit ${printable(tool.version)}.${part}`;
}

const sentence = (words: string): string => words[0]!.toUpperCase() + words.slice(1);

export const utc = (time: string): string => time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');

function unauditedLine({ unaudited }: Report): Markup {
  return element('a', { href: '#unaudited' }, `${counted(unaudited.length, 'thing')} could not be audited`);
}

function reasons(groups: readonly FindingGroup[], catalogue: Catalogue): Markup | undefined {
  if (groups.length === 0) return undefined;
  const items = groups.map((group) => {
    const where = placesWords(group);
    return element(
      'li',
      {},
      badge(group.findingClass),
      ' ',
      element('a', { href: `#${actionId(group)}` }, printable(catalogue.get(group.code)?.title ?? UNKNOWN_TITLE)),
      ` (${grouped(group.count)}${where === '' ? '' : ` in ${where}`}) `,
      element('code', {}, group.code),
    );
  });
  return element(
    'div',
    { class: 'reasons' },
    element('h2', { id: 'reasons' }, 'Reasons'),
    element('ul', { 'aria-labelledby': 'reasons' }, items),
  );
}

/** Where the action of a group stands; safe ones share a place. */
export function actionId({ code, findingClass }: FindingGroup): string {
  return findingClass === 'safe' ? 'do-safe' : `do-${code}`;
}
