import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './display-width.js';

/**
 * Breaks text at spaces into lines of at most `width` columns; a longer word keeps a line of its own.
 * @param measure columns of a word
 */
export function wrap(text: string, width: number, indent = '', measure = displayWidth): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let columns = 0;
    for (const word of paragraph.split(' ')) {
      const width = measure(word);
      if (line !== '' && columns + 1 + width > room) {
        lines.push(indent + line);
        line = word;
        columns = width;
      } else {
        columns += line === '' ? width : 1 + width;
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(indent + line);
  }
  return lines;
}

/** Columns of a text that may be coloured; what was printable before holds no other escape. */
const paintedWidth = (text: string): number => displayWidth(stripVTControlCharacters(text));

/**
 * A line that begins with `lead`, or several where it would be longer than `columns`: further ones stand below `indent`,
 * which is as wide as `lead` or wider. Undefined columns break nothing.
 */
export function fitLine(lead: string, text: string, columns: number | undefined, indent: string): string[] {
  const line = lead + text;
  if (columns === undefined || paintedWidth(line) <= columns) return [line];
  return wrap(text, columns, indent, paintedWidth).map((part, n) =>
    n === 0 ? lead + part.slice(indent.length) : part,
  );
}
