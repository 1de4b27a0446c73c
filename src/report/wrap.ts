import { displayWidth } from './display-width.js';

/** Breaks text at spaces into lines of at most `width` columns; a longer word keeps a line of its own. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let columns = 0;
    for (const word of paragraph.split(' ')) {
      const width = displayWidth(word);
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
