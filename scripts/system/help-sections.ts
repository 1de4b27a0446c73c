import type { Command } from 'commander';

/** A paragraph that `--help` adds below the options; with a title (`Examples`) its lines stand as they are. */
export interface HelpSection {
  readonly title?: string;
  readonly lines: readonly string[];
  /** Where all lines are of two columns: what stands in the first one, and what it is. */
  readonly terms?: readonly (readonly [term: string, text: string])[];
}

/** Lines of two columns. The second one may go on in the next line; one that begins with a sign is a line of its own. */
function readTerms(lines: readonly string[]): HelpSection['terms'] {
  const terms: [string, string][] = [];
  for (const line of lines) {
    const [, term, text] = /^(\S+) {2,}(\S.*)$/.exec(line) ?? [];
    const last = terms.at(-1);
    if (term !== undefined && text !== undefined) terms.push([term, text]);
    else if (last !== undefined && line.startsWith('   '))
      last[1] += `${/^ +[^\w\s(] /.test(line) ? '\n' : ' '}${line.trim()}`;
    else return undefined;
  }
  return terms;
}

function section(lines: readonly string[], title?: string): HelpSection {
  const terms = readTerms(lines);
  return { lines, ...(title === undefined ? {} : { title }), ...(terms === undefined ? {} : { terms }) };
}

/** Splits what a command adds to its help at empty lines. */
export function readHelpSections(command: Command): HelpSection[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  const own = command.helpInformation();
  if (!text.startsWith(own)) throw new Error(`${command.name()}: --help does not begin with its usage`);
  return text
    .slice(own.length)
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map(([first = '', ...rest]) =>
      /^\S.*:$/.test(first) && rest.every((line) => line.startsWith('  '))
        ? section(
            rest.map((line) => line.slice(2)),
            first.slice(0, -1),
          )
        : section([first, ...rest]),
    );
}
