import { FORMAT_DESCRIPTIONS } from '../report/format-descriptions.js';
import { wrap } from '../report/wrap.js';

const names = Object.keys(FORMAT_DESCRIPTIONS);

/** The names of all report formats, for the help of an option. */
export const formatNames = names.join(', ').replace(/, (?=[^,]*$)/, ' or ');

/** What each report format is, below the options of a command. */
export function formatHelp(): string {
  const column = 4 + Math.max(...names.map((name) => name.length));
  const lines = Object.entries(FORMAT_DESCRIPTIONS).flatMap(([name, text]) =>
    wrap(text, 80, ' '.repeat(column)).map((line, n) =>
      n === 0 ? `  ${name}`.padEnd(column) + line.trimStart() : line,
    ),
  );
  return `\nReport formats:\n${lines.join('\n')}`;
}
