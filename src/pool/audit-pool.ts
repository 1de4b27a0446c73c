import { Piscina } from 'piscina';
import type { AuditPlan } from '../audit/context.js';
import type { AuditTask } from '../audit/run-task.js';
import type { UnitResult } from '../audit/unit-result.js';
import { unpackResult, type PackedResult } from './pack-findings.js';

type Reply<R> =
  | { readonly ok: true; readonly result: R }
  /** The worker died, ran out of memory or met a bug: what it had in hand is not audited. */
  | { readonly ok: false; readonly reason: string };

export type TaskReply = Reply<UnitResult>;
/** As it comes from a worker. */
type PackedReply = Reply<PackedResult>;

export interface AuditPool {
  readonly threads: number;
  /** @param plan for this task; else that of the pool */
  run(task: AuditTask, plan?: AuditPlan): Promise<TaskReply>;
  close(): Promise<void>;
}

/** Memory of one worker in MiB: batches are small, so that more means that something went wrong. */
const WORKER_HEAP_MB = 512;
/** Of it, what is made and soon forgotten. V8's own 48 MiB save no time here. */
const WORKER_YOUNG_MB = 6;

/** A thread has its next tasks at hand, so that it need not wait until this one has a moment. */
const TASKS_PER_WORKER = 4;

/** A terabyte is hashed within it. Unit: s. */
const DEFAULT_TIME_LIMIT = 3600;

const LATE = Symbol('late');

/** How long a thread waits for its next task; all end with the pool. */
const IDLE_MS = 60_000;

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
    concurrentTasksPerWorker: TASKS_PER_WORKER,
    // A thread that waits for a moment is not worth a new one.
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB, maxYoungGenerationSizeMb: WORKER_YOUNG_MB },
  });
  const { timeLimit = DEFAULT_TIME_LIMIT } = plan;
  const running = new Set<AbortController>();
  let gaveUp = false;
  let lastWords = '';
  // Threads that cannot load are not started again, and what waits for one would wait for ever.
  const onFailure = (error: unknown): string => {
    if (gaveUp) return lastWords;
    lastWords = error instanceof Error ? error.message : String(error);
    setImmediate(() => {
      if (piscina.threads.length > 0 || piscina.queueSize === 0) return;
      gaveUp = true;
      for (const task of running) task.abort();
    });
    return lastWords;
  };
  // Of a thread that died without a task in hand nobody else hears.
  piscina.on('error', onFailure);
  return {
    threads,
    run: async (task, planOfTask = plan) => {
      const abort = new AbortController();
      if (gaveUp) abort.abort();
      const clock = setTimeout(() => {
        abort.abort(LATE);
      }, timeLimit * 1000);
      running.add(abort);
      try {
        const reply = (await piscina.run({ plan: planOfTask, task }, { signal: abort.signal })) as PackedReply;
        return reply.ok ? { ok: true, result: unpackResult(reply.result) } : reply;
      } catch (error) {
        // Its thread was ended with it; another takes its place.
        if (abort.signal.reason === LATE)
          return { ok: false, reason: `not done within the time limit of ${String(timeLimit)} s` };
        return { ok: false, reason: `a worker thread failed: ${onFailure(error)}` };
      } finally {
        clearTimeout(clock);
        running.delete(abort);
      }
    },
    close: () => piscina.destroy(),
  };
}
