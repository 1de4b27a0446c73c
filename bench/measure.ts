import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run of a command. */
export interface Measured {
  readonly wallS: number;
  /** User and system time of all processes. */
  readonly cpuS: number;
  /** Peak resident memory of the largest process. */
  readonly rssMiB: number;
}

const TIME = '/usr/bin/time';

/** Runs a command under time(1); its output goes nowhere. @throws when it fails in a way that is not `accepted` */
export function measure(argv: readonly string[], accepted: readonly number[] = [0]): Measured {
  if (!existsSync(TIME)) throw new Error(`${TIME} is missing: install the package time`);
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-time-'));
  try {
    const out = join(dir, 'time');
    const { status, stderr } = spawnSync(TIME, ['-q', '-o', out, '-f', '%e %U %S %M', ...argv], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (status === null || !accepted.includes(status)) throw new Error(`${argv.join(' ')} => ${status}: ${stderr}`);
    const [wall = 0, user = 0, system = 0, kib = 0] = readFileSync(out, 'utf8').trim().split(' ').map(Number);
    return { wallS: wall, cpuS: user + system, rssMiB: kib / 1024 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
