import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run } from '../fixtures/make/process.js';
import { DROP_CACHES, type Contender } from './contenders.js';

/** What one run of a command has cost. */
export interface Cost {
  readonly wallS: number;
  /** User and system time of all processes. */
  readonly cpuS: number;
  /** Peak resident memory of the largest process. */
  readonly peakMiB: number;
}

export const TIME = '/usr/bin/time';
/** Unit: ms. */
const DEADLINE = 30 * 60_000;

/**
 * Runs a contender under time(1), which also keeps our own memory out of its peak: a process begins with that of the one
 * that forked it.
 * @param dir for files of ours
 * @throws when it fails, or complains of the data
 */
export async function measure({ name, argv, isCold = false, complaint }: Contender, dir: string): Promise<Cost> {
  if (isCold) {
    await mustRun(['sync'], { timeoutMs: DEADLINE });
    writeFileSync(DROP_CACHES, '3\n');
  }
  const file = join(dir, 'time');
  const timed = underTime(file, argv);
  const start = performance.now();
  const { exit, stdout, stderr } = await run(
    complaint === undefined ? ['sh', '-c', 'exec "$@" > /dev/null', 'sh', ...timed] : timed,
    { timeoutMs: DEADLINE },
  );
  const wallS = (performance.now() - start) / 1000;
  const wrong = exit === 0 ? complaint?.(stdout) : `ended with ${String(exit)}`;
  if (wrong !== undefined) throw new Error(`${name}: ${wrong}: ${stderr}`);
  return readCost(file, wallS);
}

/** @param file where time(1) writes what `readCost` reads */
export const underTime = (file: string, argv: readonly string[]): string[] => [
  ...[TIME, '-q', '-o', file, '-f', '%U %S %M'],
  ...argv,
];

export function readCost(file: string, wallS: number): Cost {
  const [user = NaN, system = NaN, kib = NaN] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return { wallS, cpuS: user + system, peakMiB: kib / 1024 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
