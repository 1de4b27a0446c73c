/** Runs jobs at the same time, no more than so many, and those of one lane one behind the other. */
export class Lanes {
  private readonly running = new Map<string, Promise<void>>();
  /** The first that failed. */
  private failure: Promise<void> | undefined;

  constructor(private readonly most: number) {}

  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  /** Waits until the job may begin, and not for its end. One calls at a time. After a failure nothing begins. */
  async begin(lane: string, job: () => Promise<void>): Promise<void> {
    for (let before = this.before(lane); before !== undefined; before = this.before(lane)) await before;
    if (this.failure !== undefined) return;
    const outcome = job();
    const ended = outcome
      .catch(() => {
        this.failure ??= outcome;
      })
      .finally(() => this.running.delete(lane));
    this.running.set(lane, ended);
  }

  /** @throws what the first one that failed has thrown, when all have ended */
  async end(): Promise<void> {
    await Promise.all(this.running.values());
    await this.failure;
  }

  private before(lane: string): Promise<void> | undefined {
    return this.running.get(lane) ?? (this.running.size < this.most ? undefined : Promise.race(this.running.values()));
  }
}
