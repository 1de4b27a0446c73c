import type { AuditReply, TaskRunner } from '../audit/audit.js';
import { TaskQueue } from './task-queue.js';

const CLOSED: AuditReply = { ok: false, reason: 'the audit has ended' };

/**
 * Shares tasks between the calling thread and a pool of further ones. For a pair of middling size, where a second thread
 * costs about as long to start and to warm up as it then saves.
 */
export function shareTasks(here: TaskRunner, pool: TaskRunner, poolThreads: number): TaskRunner {
  const queue = new TaskQueue();
  queue.addPool(pool, poolThreads);
  let isScheduled = false;
  let isClosed = false;

  // Between two tasks of its own the thread looks after the others.
  const takeOne = (): void => {
    isScheduled = false;
    queue.fillPools();
    const next = queue.take();
    if (next === undefined) return;
    next.done(here.run(next.task));
    schedule();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(takeOne);
  };

  return {
    run: (task) => {
      if (isClosed) return Promise.resolve(CLOSED);
      // The lists come first, and by the time they are looked through the pool has started.
      if (task.kind === 'list') return here.run(task);
      const reply = queue.add(task);
      schedule();
      return reply;
    },
    close: async () => {
      // What nobody waits for any more must not open the sides again.
      isClosed = true;
      queue.clear(CLOSED);
      await Promise.all([here.close(), queue.closePools()]);
    },
  };
}
