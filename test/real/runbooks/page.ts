import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Where a line was broken depends on the length of real paths. */
const words = (text: string): string => text.replace(/\s+/g, ' ');

const PAGES = join(import.meta.dirname, '../../../docs/runbooks');

/**
 * Holds what was typed and said against the page of a runbook: every block stands behind its mark,
 * `<!-- tried: NAME -->`. With RUNBOOKS=write it is written there instead.
 */
export function holdAgainstPage(page: string, blocks: Readonly<Record<string, string>>): void {
  const path = join(PAGES, page);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const marks = [...text.matchAll(/<!-- tried: (\S+) -->/g)].map(([, name]) => name);
  expect(marks.sort(), `marks of ${page}`).toEqual(Object.keys(blocks).sort());
  let written = text;
  for (const [name, block] of Object.entries(blocks)) {
    const mark = `<!-- tried: ${name} -->`;
    const old = new RegExp(`${mark}\n\n\`\`\`console\n[^]*?\n\`\`\`\n`);
    const fence = `${mark}\n\n\`\`\`console\n${block}\n\`\`\`\n`;
    if (process.env['RUNBOOKS'] !== 'write')
      expect(words(old.exec(text)?.[0] ?? ''), `${page}, ${name}`).toBe(words(fence));
    else if (old.test(written)) written = written.replace(old, () => fence);
    else written = written.replace(`${mark}\n`, () => fence);
  }
  if (written !== text) writeFileSync(path, written);
}
