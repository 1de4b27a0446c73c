import type { CommandDescription, OptionDescription, ProgramDescription, Takes, Word } from './describe-program.js';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** In the brackets of _arguments. */
const inBrackets = (text: string): string => text.replace(/[\\[\]]/g, String.raw`\$&`);

/** Between the colons of _arguments and _describe. */
const betweenColons = (text: string): string => text.replace(/[\\:]/g, String.raw`\$&`);

/** The action of _arguments. */
function action(takes: Takes): string {
  switch (takes.kind) {
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'free':
      return ' ';
    case 'report':
      return ` _cyraudit_report ${takes.words.map(({ word }) => word).join(' ')}`;
    case 'code':
      return '_cyraudit_codes';
    case 'command':
      return '_cyraudit_commands';
    case 'words':
      return `(${takes.words.map(({ word }) => word).join(' ')})`;
  }
}

const list = (words: readonly Word[]): string =>
  words.map(({ word, help = '' }) => `    ${quoted(`${word}:${betweenColons(help)}`)}`).join('\n');

function optionSpecs({ names, help, value, isRepeatable }: OptionDescription): string[] {
  const isLast = names.some((name) => name === '--help' || name === '--version');
  const before = isLast ? '(- : *)' : isRepeatable ? '*' : '';
  const after = value === undefined ? '' : `:${betweenColons(value.name)}:${action(value.takes)}`;
  return names.map((name) => {
    const equals = value === undefined || !name.startsWith('--') ? '' : '=';
    return quoted(`${before}${name}${equals}[${inBrackets(help)}]${after}`);
  });
}

function argumentSpecs({ arguments: all }: CommandDescription): string[] {
  return all.map(({ name, help, isRequired, isVariadic, takes }, n) => {
    const place = `${isVariadic ? '*' : n + 1}:${isRequired || isVariadic ? '' : ':'}`;
    return quoted(`${place}${betweenColons(help === '' ? name : help)}:${action(takes)}`);
  });
}

/** The completion of zsh: a function for its function path. */
export function zshCompletion({ commands, options, codes }: ProgramDescription): string {
  const specs = (command: CommandDescription): string =>
    [...command.options.flatMap(optionSpecs), ...argumentSpecs(command)].join(' \\\n            ');
  return `#compdef cyraudit
# zsh completion for cyraudit. Generated from src/cli by npm run generate. Do not edit.
# To be installed as _cyraudit in a directory of $fpath, such as /usr/share/zsh/vendor-completions.

_cyraudit_commands() {
  local -a commands=(
${list(commands.map(({ name, help }) => ({ word: name, help })))}
  )
  _describe -t commands command commands
}

_cyraudit_codes() {
  local -a codes=(
${list(codes)}
  )
  _describe -t codes 'code of a finding' codes
}

# FORMAT or FORMAT=FILE.
_cyraudit_report() {
  if compset -P '*='; then
    _files
  else
    local -a expl
    _wanted formats expl 'format, or format=file' compadd -S '' -- "$@"
  fi
}

_cyraudit() {
  local curcontext=$curcontext context state state_descr ret=1
  local -a line
  local -A opt_args
  _arguments -C -S \\
    ${options.flatMap(optionSpecs).join(' \\\n    ')} \\
    '1: :_cyraudit_commands' \\
    '*:: :->arguments' && ret=0
  if [[ $state == arguments ]]; then
    curcontext=\${curcontext%:*:*}:cyraudit-$line[1]:
    case $line[1] in
${commands
  .map(
    (command) => `      ${command.name})
        _arguments -S \\
            ${specs(command)} && ret=0
        ;;`,
  )
  .join('\n')}
    esac
  fi
  return ret
}

# Loaded as a function, or read with source.
if [[ $funcstack[1] == _cyraudit ]]; then
  _cyraudit "$@"
else
  compdef _cyraudit cyraudit
fi
`;
}
