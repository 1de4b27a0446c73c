import type { AuditReply, TaskRunner } from '../audit/audit.js';
import type { AuditTask } from '../audit/run-task.js';

/** Tasks given to each thread of the pool ahead: more than it can do while the calling thread does one. */
const IN_HAND = 2;

const CLOSED: AuditReply = { ok: false, reason: 'the audit has ended' };

/**
 * Shares tasks between the calling thread and a pool of further ones. For a pair of middling size, where a second thread
 * costs about as long to start and to warm up as it then saves.
 */
export function shareTasks(here: TaskRunner, pool: TaskRunner, poolThreads: number): TaskRunner {
  const queue: { readonly task: AuditTask; readonly done: (reply: Promise<AuditReply>) => void }[] = [];
  let inHand = 0;
  let isScheduled = false;
  let isClosed = false;

  const fillPool = (): void => {
    while (inHand < poolThreads * IN_HAND && queue.length > 0) {
      const { task, done } = queue.shift()!;
      inHand++;
      done(
        pool.run(task).finally(() => {
          inHand--;
          fillPool();
        }),
      );
    }
  };
  // Between two tasks of its own the thread looks after the others.
  const takeOne = (): void => {
    isScheduled = false;
    fillPool();
    const next = queue.shift();
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
      return new Promise<AuditReply>((resolve) => {
        queue.push({ task, done: resolve });
        schedule();
      });
    },
    close: async () => {
      // What nobody waits for any more must not open the sides again.
      isClosed = true;
      for (const { done } of queue.splice(0)) done(Promise.resolve(CLOSED));
      await Promise.all([here.close(), pool.close()]);
    },
  };
}
