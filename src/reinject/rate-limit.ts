import { setTimeout } from 'node:timers/promises';

/** Lets no more than so many through in a second, evenly. */
export class RateLimit {
  private next = 0;

  /** @param rate per second; undefined = as many as there are */
  constructor(private readonly rate: number | undefined) {}

  async pass(): Promise<void> {
    if (this.rate === undefined) return;
    const now = performance.now();
    if (this.next > now) await setTimeout(this.next - now);
    this.next = Math.max(this.next, now) + 1000 / this.rate;
  }
}
