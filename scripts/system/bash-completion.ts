import type { ProgramDescription, Takes } from './describe-program.js';

/** Sets `kind` and `choices` in the script. */
function assignment(takes: Takes): string {
  if (!('words' in takes)) return `kind='${takes.kind}'`;
  const kind = takes.kind === 'report' ? 'report' : 'words';
  return `kind='${kind}' choices='${takes.words.map(({ word }) => word).join(' ')}'`;
}

/** Branches of a `case`: patterns that lead to the same come together. */
function branches(all: readonly (readonly [pattern: string, does: string])[]): string[] {
  const patterns = new Map<string, string[]>();
  for (const [pattern, does] of all) patterns.set(does, [...(patterns.get(does) ?? []), pattern]);
  return [...patterns].map(([does, same]) => `        ${same.join(' | \\\n            ')}) ${does} ;;`);
}

/** The completion of bash: one function, which needs nothing else. Nothing in it is started for a TAB. */
export function bashCompletion({ commands, options: ownOptions }: ProgramDescription): string {
  const options = [{ name: '', options: ownOptions }, ...commands].map(({ name, options: all }) => {
    const names = all.flatMap((option) => option.names);
    return [`'${name}'`, `choices='${names.join(' ')}'`] as const;
  });
  const values = commands.flatMap((command) => [
    ...command.options.flatMap(({ names, value }) =>
      value === undefined ? [] : names.map((name) => [`'${command.name} ${name}'`, assignment(value.takes)] as const),
    ),
    ...command.arguments.map(
      ({ isVariadic, takes }, n) =>
        [isVariadic ? `'${command.name} '[0-9]*` : `'${command.name} ${n + 1}'`, assignment(takes)] as const,
    ),
  ]);
  return `# bash completion for cyraudit. Generated from src/cli by npm run generate. Do not edit.
# To be installed as /usr/share/bash-completion/completions/cyraudit, or read with \`source\` from ~/.bashrc.

# The names of the options of a command, or of the program.
_cyraudit_options() {
    kind=words
    case $1 in
${branches(options).join('\n')}
        *) kind='' ;;
    esac
}

# What may stand for the value of 'COMMAND --option', or as argument 'COMMAND n'. No kind: neither is known.
_cyraudit_takes() {
    kind='' choices=''
    case $1 in
${branches(values).join('\n')}
    esac
}

_cyraudit() {
    local cur word command='' option='' prefix='' kind='' choices='' only_arguments='' joins=''
    local -a words=()
    local -i n=0

    # readline has split words at = and :, as in --report=json=FILE.
    for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if ((n > 0)) && [[ $joins || $word == [=:]* ]]; then
            words[n - 1]+=$word
        else
            words[n++]=$word
        fi
        if [[ $word == [=:]* ]]; then joins=1; else joins=''; fi
    done
    cur=\${words[n - 1]}

    # From here on n counts the arguments of the command.
    local -a before=("\${words[@]:1:n-2}")
    n=0
    for word in "\${before[@]}"; do
        if [[ $option ]]; then
            option=''
        elif [[ ! $only_arguments && $word == -- ]]; then
            only_arguments=1
        elif [[ ! $only_arguments && $word == -* ]]; then
            _cyraudit_takes "$command $word"
            [[ $kind ]] && option=$word
        elif [[ ! $command ]]; then
            command=$word
        else
            n+=1
        fi
    done

    COMPREPLY=()
    if [[ $option ]]; then
        _cyraudit_takes "$command $option"
    elif [[ ! $only_arguments && $cur == --*=* ]]; then
        _cyraudit_takes "$command \${cur%%=*}"
        prefix=\${cur%%=*}=
        cur=\${cur#*=}
    elif [[ ! $only_arguments && $cur == -* ]]; then
        _cyraudit_options "$command"
    elif [[ ! $command ]]; then
        kind=words choices='${commands.map(({ name }) => name).join(' ')}'
    else
        _cyraudit_takes "$command $((n + 1))"
    fi

    # A report that goes to a file: FORMAT=FILE.
    [[ $kind == report && $cur == *=* ]] && kind='file'
    case $kind in
        words | report)
            # Where readline does not split at =, it replaces the whole word.
            [[ $COMP_WORDBREAKS == *=* ]] && prefix=''
            mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$choices" -- "$cur")
            # = or a space may follow.
            [[ $kind == report ]] && compopt -o nospace
            ;;
        file) compopt -o default ;;
        directory) compopt -o dirnames ;;
    esac
}

complete -F _cyraudit cyraudit
`;
}
