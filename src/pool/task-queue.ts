import type { AuditReply, TaskRunner } from '../audit/audit.js';
import type { AuditTask } from '../audit/run-task.js';

/** Tasks given to each thread of a pool ahead: it need not wait for the next one when it is done with this. */
const IN_HAND = 2;

interface Pool {
  readonly runner: TaskRunner;
  readonly threads: number;
  inHand: number;
}

/** A task that waits for a thread. */
interface WaitingTask {
  readonly task: AuditTask;
  readonly done: (reply: Promise<AuditReply>) => void;
}

/** Tasks in the order in which they came, and the pools that take them. */
export class TaskQueue {
  private readonly waiting: WaitingTask[] = [];
  private readonly pools: Pool[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Of all pools. */
  get threads(): number {
    return this.pools.reduce((sum, { threads }) => sum + threads, 0);
  }

  addPool(runner: TaskRunner, threads: number): void {
    this.pools.push({ runner, threads, inHand: 0 });
  }

  /** Tells the reply of whoever takes the task. */
  add(task: AuditTask): Promise<AuditReply> {
    return new Promise((resolve) => this.waiting.push({ task, done: resolve }));
  }

  /** Gives the pools what they may have in hand; they come for more by themselves. */
  fillPools(): void {
    for (const pool of this.pools) {
      while (pool.inHand < pool.threads * IN_HAND && this.waiting.length > 0) {
        const { task, done } = this.waiting.shift()!;
        pool.inHand++;
        done(
          pool.runner.run(task).finally(() => {
            pool.inHand--;
            this.fillPools();
          }),
        );
      }
    }
  }

  /** The task that has waited longest, for whoever runs it himself. */
  take(): WaitingTask | undefined {
    return this.waiting.shift();
  }

  /** Answers all that still wait. */
  clear(reply: AuditReply): void {
    for (const { done } of this.waiting.splice(0)) done(Promise.resolve(reply));
  }

  async closePools(): Promise<void> {
    await Promise.all(this.pools.map(({ runner }) => runner.close()));
  }
}
