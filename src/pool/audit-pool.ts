import { Piscina } from 'piscina';
import type { AuditPlan } from '../audit/context.js';
import type { AuditTask } from '../audit/run-task.js';
import type { UnitResult } from '../audit/unit-result.js';

export type TaskReply =
  | { readonly ok: true; readonly result: UnitResult }
  /** The worker died, ran out of memory or met a bug: what it had in hand is not audited. */
  | { readonly ok: false; readonly reason: string };

export interface AuditPool {
  readonly threads: number;
  run(task: AuditTask): Promise<TaskReply>;
  close(): Promise<void>;
}

/** Memory of one worker in MiB: batches are small, so that more means that something went wrong. */
const WORKER_HEAP_MB = 512;

/**
 * Starts worker threads that audit; the only place that knows piscina.
 * @param workerFile URL of the module whose default export runs one task
 */
export function startPool(
  plan: AuditPlan,
  threads: number,
  workerFile = import.meta.resolve('#workers/audit'),
): AuditPool {
  const piscina = new Piscina({
    filename: workerFile,
    minThreads: 1,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  });
  return {
    threads,
    run: async (task) => {
      try {
        return (await piscina.run({ plan, task })) as TaskReply;
      } catch (error) {
        return {
          ok: false,
          reason: `a worker thread failed: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    },
    close: () => piscina.destroy(),
  };
}
