import type { ProgramDescription, Takes, Word } from './describe-program.js';

const quoted = (text: string): string => `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;

/** Candidates for -a, each with its explanation: fish expands them when they are asked for. */
function candidates(words: readonly Word[]): string {
  const lines = words.map(({ word, help }) => (help === undefined ? word : `${word}\\t${quoted(help)}`));
  return quoted(lines.join(words.some(({ help }) => help !== undefined) ? '\n' : ' '));
}

/** The ends of the lines of `complete` that say what stands for a value: each has a condition. */
function valueLines(takes: Takes): readonly { readonly when?: string; readonly what: string }[] {
  switch (takes.kind) {
    case 'file':
      return [{ what: '-r -F' }];
    case 'directory':
      return [{ what: "-x -a '(__fish_complete_directories)'" }];
    case 'free':
      return [{ what: '-x' }];
    case 'words':
    case 'command':
    case 'code':
      return [{ what: `-x -a ${candidates(takes.words)}` }];
    case 'report':
      return [
        { when: 'not __cyraudit_names_file', what: `-x -a ${candidates(takes.words)}` },
        { when: '__cyraudit_names_file', what: '-r -F' },
      ];
  }
}

/** An argument of a command needs no option before it. */
const argumentLines = (takes: Takes): readonly { readonly when?: string; readonly what: string }[] =>
  valueLines(takes).map(({ what, ...rest }) => ({ ...rest, what: what.replace(/^-[rx] /, '') }));

/** The completion of fish. */
export function fishCompletion({ commands, options }: ProgramDescription): string {
  const line = (...parts: readonly string[]): string => ['complete -c cyraudit', ...parts].join(' ');
  const condition = (...all: readonly (string | undefined)[]): string =>
    `-n ${quoted(all.filter((one) => one !== undefined).join('; and '))}`;
  const namesOf = (names: readonly string[]): string =>
    names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');

  const lines = [
    line('-f'),
    ...commands.map(({ name, help }) => line(condition('__cyraudit_argument 0'), `-a ${name} -d ${quoted(help)}`)),
    ...options.map(({ names, help }) => line(condition('__cyraudit_argument 0'), namesOf(names), `-d ${quoted(help)}`)),
  ];
  for (const command of commands) {
    const here = `__cyraudit_command ${command.name}`;
    lines.push('');
    for (const { names, help, value } of command.options)
      for (const { when, what } of value === undefined ? [{ what: '' }] : valueLines(value.takes))
        lines.push(line(condition(here, when), namesOf(names), what, `-d ${quoted(help)}`).replace('  ', ' '));
    for (const [n, { takes, isVariadic }] of command.arguments.entries())
      for (const { when, what } of argumentLines(takes))
        lines.push(line(condition(here, isVariadic ? undefined : `__cyraudit_argument ${n + 1}`, when), what));
  }
  const withValue = [...new Set(commands.flatMap((command) => command.options))]
    .filter(({ value }) => value !== undefined)
    .flatMap(({ names }) => names);
  return `# fish completion for cyraudit. Generated from src/cli by npm run generate. Do not edit.
# To be installed as cyraudit.fish in /usr/share/fish/vendor_completions.d or ~/.config/fish/completions.

# The words before the cursor that are neither options nor their values, without the name of the program.
function __cyraudit_arguments
    set -l skips 0
    set -l options 1
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $skips = 1
            set skips 0
        else if test $options = 0; or not string match -q -- '-*' $word
            printf '%s\\n' $word
        else if test $word = --
            set options 0
        else if contains -- $word ${[...new Set(withValue)].join(' ')}
            set skips 1
        end
    end
end

function __cyraudit_command
    set -l arguments (__cyraudit_arguments)
    test "$arguments[1]" = $argv[1]
end

# So many come before the one at the cursor.
function __cyraudit_argument
    test (count (__cyraudit_arguments)) = $argv[1]
end

# The report at the cursor goes to a file: FORMAT=FILE, after --report or in --report=FORMAT=FILE.
function __cyraudit_names_file
    string match -qr '^(--[a-z-]+=)?[a-z]+=' -- (commandline -ct)
end

${lines.join('\n')}
`;
}
