import { spawnSync } from 'node:child_process';
import { shellWord } from '../../src/report/command-line.js';
import { cliFile } from './cli.js';

/** `script` of util-linux, which gives a program a terminal, is there. */
export const hasTerminal = spawnSync('script', ['--version']).status === 0;

/** Runs the built program on a terminal. @returns what the terminal was sent, stdout and stderr together */
export function runOnTerminal(
  args: readonly string[],
  { columns = 80, env = {} }: { readonly columns?: number; readonly env?: NodeJS.ProcessEnv } = {},
): { readonly status: number | null; readonly shown: string } {
  const words = [process.execPath, cliFile, ...args].map(shellWord).join(' ');
  const { NO_COLOR: _, ...rest } = process.env;
  const { status, stdout } = spawnSync('script', ['-qec', `stty cols ${String(columns)}; exec ${words}`, '/dev/null'], {
    encoding: 'utf8',
    input: '',
    env: { ...rest, TERM: 'xterm', CYRAUDIT_CONFIG: '', ...env },
  });
  return { status, shown: stdout.replaceAll('\r\n', '\n') };
}
