import type { TaskRunner } from '../audit/audit.js';
import { DiskWait } from './disk-wait.js';
import { TaskQueue } from './task-queue.js';

/** Between two looks at what the threads do. Unit: ms. */
const INTERVAL = 500;
/** Threads that spend more of their time than this with waiting for the disk leave it to others. */
const MOSTLY = 0.4;

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
  const queue = new TaskQueue();
  const grow = (by: number): void => {
    queue.addPool(start(by), by);
    queue.fillPools();
  };
  grow(threads);

  const timer = setInterval(() => {
    const now = queue.threads;
    const share = diskWait.share(now);
    const more = Math.min(now, most - now);
    if (share >= MOSTLY && !queue.isEmpty && more > 0) grow(more);
  }, INTERVAL);
  timer.unref();

  return {
    run: (task) => {
      const reply = queue.add(task);
      queue.fillPools();
      return reply;
    },
    close: async () => {
      clearInterval(timer);
      await queue.closePools();
    },
  };
}
