import { readFileSync, readdirSync } from 'node:fs';

/** What all threads of this process have had of the processors so far, or waited for one. Unit: ms; source: proc(5). */
function processorTime(): number | undefined {
  const threads = '/proc/self/task';
  let total = 0;
  try {
    for (const thread of readdirSync(threads)) {
      const [running = 0, waiting = 0] = readFileSync(`${threads}/${thread}/schedstat`, 'latin1')
        .split(' ')
        .map(Number);
      total += running + waiting;
    }
  } catch {
    return undefined;
  }
  return total / 1e6;
}

/** Tells whether threads spend their time with waiting for the disk. */
export class DiskWait {
  private at = performance.now();
  private used: number | undefined;

  /** @param read for tests */
  constructor(
    private readonly read = processorTime,
    private readonly now = () => performance.now(),
  ) {
    this.at = this.now();
    this.used = this.read();
  }

  /** Share of the time since the last call that `threads` busy threads did not spend on a processor; 0 = not known. */
  share(threads: number): number {
    const [at, used] = [this.now(), this.read()];
    const elapsed = (at - this.at) * threads;
    const onProcessor = used === undefined || this.used === undefined ? elapsed : used - this.used;
    [this.at, this.used] = [at, used];
    return elapsed <= 0 ? 0 : Math.max(0, 1 - onProcessor / elapsed);
  }
}
