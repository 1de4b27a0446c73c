import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../fixtures/make/process.js';
import { TIME, type Cost } from './measure.js';

const program = fileURLToPath(new URL('../dist/bin/cyraudit.cjs', import.meta.url));

/** Runs cyraudit under time(1). @param work for files of ours */
export async function timed(
  work: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const file = join(work, 'time');
  const began = performance.now();
  const argv = [TIME, '-q', '-o', file, '-f', '%U %S %M', process.execPath, program, ...args];
  const child = start(argv, 'ignore', environment);
  const status = await new Promise((resolve) => child.once('exit', resolve));
  const wallS = (performance.now() - began) / 1000;
  if (status !== 0 && status !== 1) throw new Error(`${args[0]!} ended with ${String(status)}`);
  const [user = NaN, system = NaN, kib = NaN] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return { wallS, cpuS: user + system, peakMiB: kib / 1024 };
}
