import { element, type Child, type Markup } from './element.js';
import { partsOf, type PageData, type PageRow } from './page-data.js';
import { COLUMNS, type Column } from './select-rows.js';
import { badge, foreign } from './small-parts.js';

export const COLUMN_WORDS: Readonly<Record<Column, string>> = {
  class: 'Class',
  where: 'Where',
  uid: 'UID',
  side: 'Side',
  what: 'Finding',
  code: 'Code',
};

/** Somebody lives with it until that day. */
function acceptedMark(until: string | undefined): Child {
  return until === undefined ? undefined : [' ', element('span', { class: 'accepted' }, `accepted until ${until}`)];
}

/** One line of the list; `first` is what the script puts before it. */
export function findingRow(data: PageData, row: PageRow, first?: Child): Markup {
  const { code, place, side } = partsOf(data, row);
  const [kind, name] = place;
  const cells: Readonly<Record<Column, Child>> = {
    class: [badge(code.class), acceptedMark(row[7])],
    where: kind === 'pair' ? name : foreign(kind === 'user' ? `user ${name}` : name),
    uid: row[3] < 0 ? '' : String(row[3]),
    side,
    what: foreign(row[5], 'span'),
    code: element('code', {}, code.code),
  };
  return element(
    'tr',
    {},
    first === undefined ? undefined : element('td', { class: 'col-explain' }, first),
    COLUMNS.map((column) => element('td', { class: `col-${column}` }, cells[column])),
  );
}
