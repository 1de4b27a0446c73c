import type { AuditPlan } from '../audit/context.js';
import type { TaskRunner } from '../audit/audit.js';
import { closeTasks, runTask } from '../audit/run-task.js';
import { toReply } from '../pool/to-reply.js';

/** Runs tasks in the thread of the caller. */
export function runHere(plan: AuditPlan): TaskRunner {
  const run = toReply(runTask);
  return {
    run: (task) => Promise.resolve(run({ plan, task })),
    close: () => {
      closeTasks();
      return Promise.resolve();
    },
  };
}
