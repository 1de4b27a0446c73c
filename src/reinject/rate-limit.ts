import { setTimeout } from 'node:timers/promises';

/** Lets no more than so many through in a second, evenly, whoever asks. */
export class RateLimit {
  private next = 0;

  /** @param rate per second; undefined = as many as there are */
  constructor(private readonly rate: number | undefined) {}

  async pass(): Promise<void> {
    if (this.rate === undefined) return;
    const now = performance.now();
    const mine = Math.max(this.next, now);
    this.next = mine + 1000 / this.rate;
    if (mine > now) await setTimeout(mine - now);
  }
}
