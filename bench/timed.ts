import { join } from 'node:path';
import { start } from '../fixtures/make/process.js';
import { PROGRAM } from './contenders.js';
import { readCost, underTime, type Cost } from './measure.js';

/** Runs cyraudit under time(1). @param work for files of ours */
export async function timed(
  work: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const file = join(work, 'time');
  const began = performance.now();
  const child = start(underTime(file, [process.execPath, PROGRAM, ...args]), 'ignore', environment);
  const status = await new Promise((resolve) => child.once('exit', resolve));
  const wallS = (performance.now() - began) / 1000;
  if (status !== 0 && status !== 1) throw new Error(`${args[0]!} ended with ${String(status)}`);
  return readCost(file, wallS);
}
