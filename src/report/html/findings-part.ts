import type { Report } from '../../generated/report.js';
import { CLASSES } from '../../model/effects.js';
import { placedFindings } from '../finding-place.js';
import { counted, grouped } from '../numbers.js';
import { findingTotal } from '../outcome.js';
import { element, type Child, type Markup } from './element.js';
import { COLUMN_WORDS, findingRow } from './finding-row.js';
import type { PageData } from './page-data.js';
import { COLUMNS, EVERYTHING, RowSelector } from './select-rows.js';
import { section } from './small-parts.js';

/** What a browser without the script shows. */
export const STATIC_ROWS = 100;

/** The list of findings: a bounded table, of which the script makes one that can be searched, filtered and sorted. */
export function findingsPart(report: Report, data: PageData): Markup {
  const rows = new RowSelector(data).select(EVERYTHING).slice(0, STATIC_ROWS);
  if (data.rows.length === 0) return section('findings', 'Findings', element('p', {}, 'None.'));
  return section(
    'findings',
    'Findings',
    controls(data),
    element('p', { id: 'status', role: 'status' }, staticStatus(rows.length, data.rows.length)),
    pager('top'),
    element(
      'div',
      { class: 'scroll', role: 'region', 'aria-labelledby': 'findings-heading', tabindex: 0 },
      element(
        'table',
        { class: 'findings' },
        element('thead', {}, element('tr', {}, headings())),
        element(
          'tbody',
          {},
          rows.map((at) => findingRow(data, data.rows[at]!)),
        ),
      ),
    ),
    pager('bottom'),
    missingNote(report, data),
  );
}

/** What the list lacks: findings that the report only counts, and those of which a browser could not hold so many. */
function missingNote(report: Report, { rows }: PageData): Markup | undefined {
  const total = findingTotal(report);
  const listed = placedFindings(report).length;
  const parts = [
    ...(total > listed
      ? [
          `${grouped(total - listed)} are only counted, as of one kind at most ${capWords(report)} are listed for a mailbox.`,
        ]
      : []),
    ...(listed > rows.length
      ? [`${grouped(listed - rows.length)} of the mildest are left out here; the JSON report has them.`]
      : []),
  ];
  if (parts.length === 0) return undefined;
  return element('p', { class: 'note' }, [`${counted(total, 'finding')} in all.`, ...parts].join(' '));
}

/** How many of a kind are listed for a mailbox. */
function capWords({ findingCap, loweredCaps = {} }: Report): string {
  const lowered = CLASSES.flatMap((of) => {
    const cap = of === 'clean' ? undefined : loweredCaps[of];
    return cap === undefined ? [] : [`${grouped(cap)} of class ${of}`];
  });
  return [grouped(findingCap), ...lowered].join(', ');
}

const staticStatus = (shown: number, all: number): string =>
  shown === all ? counted(all, 'finding') : `The worst ${grouped(shown)} of ${counted(all, 'finding')}`;

function headings(): Markup[] {
  return COLUMNS.map((column) =>
    element('th', { scope: 'col', class: `col-${column}`, 'data-column': column }, COLUMN_WORDS[column]),
  );
}

function controls({ codes, rows }: PageData): Markup {
  const counts = new Map<number, number>();
  for (const [code] of rows) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sorted = [...codes.entries()].sort(([, a], [, b]) => (a.code < b.code ? -1 : 1));
  return element(
    'form',
    { id: 'controls', role: 'search', hidden: true },
    field(
      'search',
      'Search',
      element('input', {
        id: 'search',
        type: 'search',
        autocomplete: 'off',
        spellcheck: 'false',
        placeholder: 'mailbox, user, uid 41',
        'aria-keyshortcuts': '/',
      }),
      element('kbd', { title: 'Press / to search' }, '/'),
    ),
    element(
      'fieldset',
      {},
      element('legend', {}, 'Class'),
      (['halt', 'admin', 'safe'] as const).map((name) =>
        element(
          'label',
          {},
          element('input', { type: 'checkbox', name: 'class', value: name, checked: true }),
          ` ${name}`,
        ),
      ),
    ),
    field(
      'code',
      'Kind',
      element(
        'select',
        { id: 'code' },
        element('option', { value: '-1' }, 'all kinds'),
        sorted.map(([at, { code }]) => element('option', { value: at }, `${code} (${grouped(counts.get(at) ?? 0)})`)),
      ),
    ),
    field(
      'side',
      'Side',
      element(
        'select',
        { id: 'side' },
        [
          [-1, 'all'],
          [1, 'master'],
          [2, 'replica'],
          [0, 'no single side'],
        ].map(([value, words]) => element('option', { value }, String(words))),
      ),
    ),
    element('button', { type: 'button', id: 'place', hidden: true }),
    element('button', { type: 'button', id: 'reset' }, 'Show all'),
  );
}

function field(id: string, label: string, ...controlsOfField: readonly Child[]): Markup {
  return element('div', { class: 'field' }, element('label', { for: id }, label), controlsOfField);
}

function pager(where: 'top' | 'bottom'): Markup {
  const button = (to: string, words: string): Markup => element('button', { type: 'button', 'data-to': to }, words);
  return element(
    'nav',
    { class: 'pager', 'aria-label': where === 'top' ? 'Pages' : 'Pages, below the list', hidden: true },
    button('first', 'First'),
    button('previous', 'Previous'),
    element('span', { class: 'range' }),
    button('next', 'Next'),
    button('last', 'Last'),
  );
}
