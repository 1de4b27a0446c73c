import type { AuditReply, TaskRunner } from '../audit/audit.js';
import type { AuditTask } from '../audit/run-task.js';
import { DiskWait } from './disk-wait.js';

/** Tasks given to each thread ahead. */
const IN_HAND = 2;
/** Between two looks at what the threads do. Unit: ms. */
const INTERVAL = 500;
/** Threads that spend more of their time than this with waiting for the disk leave it to others. */
const MOSTLY = 0.4;

interface Pool {
  readonly runner: TaskRunner;
  readonly threads: number;
  inHand: number;
}

export interface Growth {
  /** Threads to begin with: what the processors can keep busy. */
  readonly threads: number;
  readonly most: number;
}

/**
 * Runs tasks that read much: while the threads wait for the disk, which serves several readers faster than few, more are
 * started.
 * @param start starts so many threads
 * @param diskWait for tests
 */
export function growingRunner(
  start: (threads: number) => TaskRunner,
  { threads, most }: Growth,
  diskWait: Pick<DiskWait, 'share'> = new DiskWait(),
): TaskRunner {
  const queue: { readonly task: AuditTask; readonly done: (reply: Promise<AuditReply>) => void }[] = [];
  const pools: Pool[] = [{ runner: start(threads), threads, inHand: 0 }];
  const running = (): number => pools.reduce((sum, pool) => sum + pool.threads, 0);

  const fill = (): void => {
    for (const pool of pools) {
      while (pool.inHand < pool.threads * IN_HAND && queue.length > 0) {
        const { task, done } = queue.shift()!;
        pool.inHand++;
        done(
          pool.runner.run(task).finally(() => {
            pool.inHand--;
            fill();
          }),
        );
      }
    }
  };

  const timer = setInterval(() => {
    const now = running();
    const share = diskWait.share(now);
    if (share < MOSTLY || queue.length === 0) return;
    const more = Math.min(now, most - now);
    if (more <= 0) return;
    pools.push({ runner: start(more), threads: more, inHand: 0 });
    fill();
  }, INTERVAL);
  timer.unref();

  return {
    run: (task) =>
      new Promise<AuditReply>((resolve) => {
        queue.push({ task, done: resolve });
        fill();
      }),
    close: async () => {
      clearInterval(timer);
      await Promise.all(pools.map(({ runner }) => runner.close()));
    },
  };
}
