import type { PageData } from '../page-data.js';
import { all } from './find.js';

/** What the generator embedded, put together again. */
export function readData(): PageData {
  const parts = (name: string): unknown[] =>
    all(`script[data-part="${name}"]`).map(({ textContent }) => JSON.parse(textContent) as unknown);
  const [head] = parts('head') as Pick<PageData, 'codes' | 'effects'>[];
  return {
    ...head!,
    places: (parts('places') as PageData['places'][]).flat(),
    rows: (parts('rows') as PageData['rows'][]).flat(),
  };
}
