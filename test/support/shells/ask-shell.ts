import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const completions = fileURLToPath(new URL('../../../completions/', import.meta.url));

export const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** Asks a real shell what completes a line that ends at the cursor. */
interface AskedShell {
  readonly name: string;
  readonly isInstalled: boolean;
  readonly ask: (line: string, cwd: string) => readonly string[];
}

/** `show` is a function of the shell's start file. It writes its arguments, which the shell itself has taken apart. */
const SHOWN = '$CYRAUDIT_SHOWN';

/**
 * Types a line at the prompt of an interactive shell and a key that inserts all completions, then puts `show` before it
 * all: what completes the last word are the words that `show` gets besides those of the line.
 */
function typeAtPrompt(
  shell: string,
  startFile: string,
  startText: string,
  insertAll: string,
): (line: string, cwd: string) => readonly string[] {
  let home: string | undefined;
  return (line, cwd) => {
    home ??= makeHome(startFile, startText);
    const shown = join(home, 'shown');
    rmSync(shown, { force: true });
    const { error, stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], {
      cwd,
      input: `${line}${insertAll}\u0001show \r`,
      env: { PATH: process.env['PATH'], HOME: home, ZDOTDIR: home, CYRAUDIT_SHOWN: shown, TERM: 'dumb' },
      encoding: 'utf8',
      timeout: 30_000,
    });
    if (error !== undefined) throw new Error(`${shell}: ${line}: ${error.message}\n${stdout}`);
    const words = readFileSync(shown, 'utf8').split('\0').slice(0, -1);
    const typed = line.trimEnd().split(/ +/).length;
    const before = line.endsWith(' ') ? typed : typed - 1;
    const rest = words.slice(before);
    // Where nothing completes it, the word stays as it was typed.
    return rest.length === 1 && line.endsWith(rest[0]!) ? [] : rest;
  };
}

function makeHome(startFile: string, text: string): string {
  const home = mkdtempSync(join(tmpdir(), 'cyraudit-shell-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, startFile), text);
  return home;
}

export const bash: AskedShell = {
  name: 'bash',
  isInstalled: hasProgram('bash') && hasProgram('script'),
  ask: typeAtPrompt(
    'bash --noprofile --rcfile "$HOME/rc" -i',
    'rc',
    `source '${completions}cyraudit.bash'
show() { printf '%s\\0' "$@" >"${SHOWN}"; exit; }
`,
    '\u001b*',
  ),
};

export const zsh: AskedShell = {
  name: 'zsh',
  isInstalled: hasProgram('zsh') && hasProgram('script'),
  ask: typeAtPrompt(
    'zsh -i',
    '.zshrc',
    `fpath=('${completions}' $fpath)
autoload -Uz compinit && compinit -u -d "$HOME/dump"
bindkey -e
zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
show() { print -rN -- "$@" >"${SHOWN}"; exit }
`,
    '\u0018a',
  ),
};

export const fish: AskedShell = {
  name: 'fish',
  isInstalled: hasProgram('fish'),
  ask: (line, cwd) => {
    const script = 'source $argv[1]; complete -C $argv[2]';
    const args = ['--no-config', '-c', script, `${completions}cyraudit.fish`, line];
    const { status, stdout, stderr } = spawnSync('fish', args, { cwd, encoding: 'utf8' });
    if (status !== 0 || stderr !== '') throw new Error(`fish: ${line}: ${stderr}`);
    // Each with its explanation behind a tab; a directory with its slash, which other shells type later.
    const lines = stdout.split('\n').slice(0, -1);
    return lines.map((text) => text.replace(/\t.*/, '').replace(/\/$/, ''));
  },
};
