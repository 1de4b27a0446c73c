import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliFile, type Ran } from './cli.js';

export interface Traced extends Ran {
  /** One system call each, as strace writes them, without the thread. */
  readonly calls: readonly string[];
}

/** Why nothing can be traced here, or undefined. */
export function whyNoStrace(): string | undefined {
  const { status, error } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
  return status === 0 ? undefined : `strace: ${error?.message ?? `ended with ${String(status)}`}`;
}

/** Runs the built program under strace(1). @param options of strace, such as `-e inject=...` */
export function runTraced(args: readonly string[], options: readonly string[]): Traced {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-strace-'));
  try {
    const file = join(dir, 'calls');
    const { status, stdout, stderr } = spawnSync(
      'strace',
      ['-f', '-qq', '-y', '-s', '0', '-o', file, ...options, process.execPath, cliFile, ...args],
      { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
    );
    const calls = joinResumed(readFileSync(file, 'utf8').split('\n'));
    return { status, stdout, stderr, calls };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A call that another thread came between is in two lines. */
function joinResumed(lines: readonly string[]): string[] {
  const open = new Map<string, string>();
  const calls: string[] = [];
  for (const line of lines) {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(text);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (begun !== null) open.set(thread, begun[1]!);
    else calls.push(resumed === null ? text : `${open.get(thread) ?? ''}${resumed[1]!}`);
  }
  return calls;
}
