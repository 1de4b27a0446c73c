import { element, type Child, type Markup } from '../element.js';
import { partsOf, type PageData, type PageRow } from '../page-data.js';
import { detailLine, foreign } from '../small-parts.js';
import { holderOf, timelineWords, uidTimeline, type UidMark } from '../uid-timeline.js';

/** All that is known of one finding. */
export function explanation(data: PageData, row: PageRow): Markup {
  const { code, place } = partsOf(data, row);
  const [kind, name, uniqueid = '', userid = '', internal = ''] = place;
  const effects = data.effects.filter((_, bit) => (row[4] & (1 << bit)) !== 0);
  const marks = marksOf(data, row[1]);
  return element(
    'div',
    { class: 'explanation' },
    element('h3', {}, code.title),
    (row[6] ?? []).map(detailLine),
    element(
      'dl',
      {},
      part('What it is', code.why),
      part('What replication does', code.replication),
      part('Here it would', effects.length === 0 ? undefined : `${effects.join('; ')}.`),
      part('What to do', code.remedy),
      part('Mailbox', kind === 'mailbox' ? foreign(name) : undefined),
      part('Internal name', internal === '' ? undefined : foreign(internal, 'code')),
      part('User', userid === '' ? undefined : foreign(userid)),
      part('uniqueid', uniqueid === '' ? undefined : foreign(uniqueid, 'code')),
    ),
    marks.length === 0
      ? undefined
      : [element('div', { class: 'scroll', tabindex: 0 }, uidTimeline(marks)), element('p', {}, timelineWords(marks))],
    kind === 'pair'
      ? undefined
      : element('button', { type: 'button', class: 'only', 'data-place': row[1] }, `All findings of this ${kind}`),
  );
}

function part(term: string, value: Child): Markup | undefined {
  if (value === undefined) return undefined;
  return element('div', {}, element('dt', {}, term), element('dd', {}, value));
}

function marksOf(data: PageData, place: number): UidMark[] {
  return data.rows.flatMap((row): UidMark[] => {
    if (row[1] !== place || row[3] < 0) return [];
    const holder = holderOf(data.codes[row[0]]!.code);
    return holder === undefined ? [] : [{ uid: row[3], holder }];
  });
}
