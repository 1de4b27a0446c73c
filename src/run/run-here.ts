import { setImmediate } from 'node:timers/promises';
import type { AuditPlan } from '../audit/context.js';
import type { TaskRunner } from '../audit/audit.js';
import { closeTasks, runTask } from '../audit/run-task.js';
import { toReply } from '../pool/to-reply.js';

/** Runs tasks in the thread of the caller. */
export function runHere(plan: AuditPlan): TaskRunner {
  const run = toReply(runTask);
  return {
    // Between two tasks others have their turn: a signal, a clock.
    run: async (task) => {
      await setImmediate();
      return run({ plan, task });
    },
    close: () => {
      closeTasks();
      return Promise.resolve();
    },
  };
}
