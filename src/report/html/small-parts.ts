import type { VerdictClass } from '../../model/effects.js';
import { element, type Child, type Markup } from './element.js';

/** Where the audit ended with the mailbox lists. */
export const NOTHING_LOOKED_AT =
  'Nothing below the mailbox lists was looked at: no mailbox, no user and no message. Nothing is known of them.';

/** A class as a label: the word says it, the colour only underlines it. */
export function badge(verdict: VerdictClass): Markup {
  return element('span', { class: `badge ${verdict}` }, verdict.toUpperCase());
}

/** A name or text from a spool: right-to-left letters in it do not turn what stands beside it. */
export function foreign(text: string, tag = 'bdi'): Markup {
  return element(tag, { dir: 'auto' }, text);
}

export function section(id: string, heading: string, ...children: readonly Child[]): Markup {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('h2', { id: `${id}-heading` }, heading),
    children,
  );
}

/** A block of lines with a button that copies them; without the script there is only the block. */
export function copyBlock(lines: readonly string[], label?: string): Markup {
  return element(
    'div',
    { class: 'command' },
    label === undefined ? undefined : element('p', { class: 'prompt' }, label),
    element('pre', { tabindex: 0 }, element('code', {}, lines.join('\n'))),
    element('button', { type: 'button', class: 'copy', hidden: true }, 'Copy'),
  );
}

/** A bar of a chart that is a table: the number stands in the next cell. */
export function bar(share: number, kind: string): Markup {
  const width = share > 0 ? Math.max(1, Math.round(share * 1000) / 10) : 0;
  return element(
    'svg',
    { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    element('rect', { class: kind, width, height: 10 }),
  );
}

/** A line below a finding. Some are tables, with blanks between their columns. */
export const detailLine = (line: string): Markup =>
  element('p', { class: line.includes('  ') ? 'detail columns' : 'detail' }, foreign(line));
