import { safeJson } from '../ordered-json.js';
import { unicodeEscape } from '../printable.js';
import { element, toHtml } from './element.js';
import type { PageData } from './page-data.js';

/**
 * Entries in one element. Browsers append to the text of an element as it arrives, and take the longer the longer it
 * is: 4 MB in one piece cost twice the time of 60 pieces.
 */
const PIECE = 500;

/** The data of the page, once, in elements that no browser runs. */
export function dataScripts({ codes, effects, places, rows }: PageData): string {
  return [
    dataScript('head', { codes, effects }),
    ...pieces(places).map((piece) => dataScript('places', piece)),
    ...pieces(rows).map((piece) => dataScript('rows', piece)),
  ].join('\n');
}

function dataScript(part: string, value: unknown): string {
  const empty = toHtml(element('script', { type: 'application/json', 'data-part': part }));
  return empty.replace('><', () => `>${embedJson(value)}<`);
}

function pieces<T>(list: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / PIECE) }, (_, n) => list.slice(n * PIECE, (n + 1) * PIECE));
}

/** JSON that may stand inside `<script type="application/json">`: no character of it can end or begin markup. */
export function embedJson(value: unknown): string {
  return safeJson(value).replace(/[<>]/g, unicodeEscape);
}
