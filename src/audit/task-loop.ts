import pLimit from 'p-limit';
import type { AuditTask } from './run-task.js';
import { untilStopped } from './stop.js';
import type { UnitResult } from './unit-result.js';

/** A reply of a worker: what it found, or why the task was lost. */
export type AuditReply =
  { readonly ok: true; readonly result: UnitResult } | { readonly ok: false; readonly reason: string };

/** Runs tasks on some threads; the pool is handed in, so that the audit knows no thread by name. */
export interface TaskRunner {
  run(task: AuditTask): Promise<AuditReply>;
  close(): Promise<void>;
}

export type LoopTask = Exclude<AuditTask, { kind: 'list' }>;

/**
 * Keeps a runner busy: never more tasks are made than its threads can have in hand, and when the audit is stopped nobody
 * waits for what is still running.
 */
export class TaskLoop {
  private readonly running = new Map<Promise<void>, LoopTask>();
  private readonly limit;

  /** @param take is given every reply that comes in time */
  constructor(
    private readonly runner: TaskRunner,
    private readonly room: number,
    private readonly signal: AbortSignal,
    private readonly take: (task: LoopTask, names: number, reply: AuditReply) => void,
  ) {
    this.limit = pLimit(room);
  }

  /** Tasks that were begun, and of which no reply came before the audit was stopped. */
  get unfinished(): readonly LoopTask[] {
    return [...this.running.values()];
  }

  /** Hands a task over when there is room. @returns false when the audit was stopped before: the task was not begun */
  async submit(task: LoopTask, names: number): Promise<boolean> {
    while (this.running.size >= this.room && !this.signal.aborted)
      await untilStopped(this.signal, Promise.race(this.running.keys()));
    if (this.signal.aborted) return false;
    const promise: Promise<void> = this.limit(() => this.runner.run(task)).then((reply) => {
      if (this.signal.aborted) return;
      this.running.delete(promise);
      this.take(task, names, reply);
    });
    this.running.set(promise, task);
    return true;
  }

  /** Waits for every reply, or for the end of the audit. */
  async drain(): Promise<void> {
    await untilStopped(this.signal, Promise.all(this.running.keys()));
  }
}
