import type { Report, Unaudited } from '../../generated/report.js';
import { commandLine } from '../command-line.js';
import { bytes, counted, duration, grouped } from '../numbers.js';
import { findingTotal, nothingLookedAt } from '../outcome.js';
import { printable, printableMboxname } from '../printable.js';
import { atRiskWords, classWords, howWords, sideName, sideWords } from '../run-words.js';
import { element, type Child, type Markup } from './element.js';
import { copyBlock, foreign, NOTHING_LOOKED_AT, section } from './small-parts.js';
import { utc } from './verdict-part.js';

const MAX_UNAUDITED = 1000;

/** What was not audited, or that everything was. */
export function unauditedPart(report: Report): Markup {
  const { unaudited } = report;
  const more = unaudited.length - MAX_UNAUDITED;
  return section(
    'unaudited',
    'Not audited',
    unaudited.length === 0
      ? element('p', {}, readWords(report))
      : element(
          'p',
          {},
          `${counted(unaudited.length, 'thing')} could not be read, decoded or finished. Nothing is known of them.`,
        ),
    unaudited.length === 0 ? undefined : unauditedTable(unaudited.slice(0, MAX_UNAUDITED)),
    more > 0 ? element('p', { class: 'note' }, `and ${grouped(more)} more, all listed by --report json`) : undefined,
  );
}

function readWords(report: Report): string {
  if (nothingLookedAt(report)) return NOTHING_LOOKED_AT;
  return report.selection === undefined
    ? 'Nothing: all of it could be read.'
    : 'All that was selected could be read; the rest was not looked at.';
}

function unauditedTable(list: readonly Unaudited[]): Markup {
  const row = ({ side, mboxname, what, reason }: Unaudited): Markup =>
    element(
      'tr',
      {},
      element('td', {}, side === undefined || side === 'single' ? '' : side),
      element('td', {}, mboxname === undefined ? '' : foreign(printableMboxname(mboxname))),
      element('td', {}, foreign(printable(what))),
      element('td', {}, foreign(printable(reason))),
    );
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Not audited' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ['Side', 'Mailbox', 'What', 'Why'].map((name) => element('th', { scope: 'col' }, name)),
        ),
      ),
      element('tbody', {}, list.map(row)),
    ),
  );
}

/** How much was looked at, and how. */
export function totalsPart(report: Report): Markup {
  const { counts, sides, durations, selection = {} } = report;
  const isBlank = nothingLookedAt(report);
  const rows: [string, Child][] = [
    ['Mailboxes', classWords(counts.mailboxes, isBlank)],
    ['Users', classWords(counts.users, isBlank)],
    ['Findings', grouped(findingTotal(report))],
    ...sides.map((side): [string, Child] => [
      sideName(side),
      [foreign(printable(side.config)), `: ${sideWords(side, isBlank)}, list in ${printable(side.listFormat)}`],
    ]),
    ...howWords(report).map(([label, words]): [string, Child] => [label, words]),
    ...optional('At risk', atRiskWords(report)),
    ...(['users', 'mailboxes', 'partitions'] as const).flatMap((name): [string, Child][] =>
      selection[name] === undefined ? [] : [[`Only ${name}`, foreign(printable(selection[name].join(' ')))]],
    ),
    ['Level', report.level],
    ['Read', `${bytes(counts.bytesRead)} in ${duration(durations.totalMs)}`],
    ['Started', utc(report.startedAt)],
    ['Finished', utc(report.finishedAt)],
    ['Command', copyBlock([commandLine(report)])],
    ['Written by', `${report.tool.name} ${printable(report.tool.version)}`],
  ];
  return section(
    'totals',
    'Totals',
    element(
      'dl',
      { class: 'totals' },
      rows.map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
    ),
  );
}

const optional = (term: string, words: string | undefined): [string, Child][] =>
  words === undefined ? [] : [[term, words]];
