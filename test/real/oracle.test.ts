import { describe, expect, it } from 'vitest';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { runOracle } from './oracle/oracle.js';

/**
 * Drifts of `npm run oracle`: harm that must be called and lag that must not, of every profile and in both orders; and
 * those in which something was once called safe that was not.
 */
const seeds = [...Array.from({ length: 15 }, (_, n) => n + 1), 930];

describe.skipIf(whyNoCyrus() !== undefined)('the verdict against real replication', () => {
  it('calls nothing safe that replication harms, and predicts each record', async () => {
    const results = await runOracle({ seeds, pairs: 2 });
    expect(results.map(({ seed }) => seed)).toEqual(seeds);
    expect(results.flatMap(({ falseSafe }) => falseSafe)).toEqual([]);
    expect(results.flatMap(({ missedHalts }) => missedHalts)).toEqual([]);
    expect(results.flatMap(({ exactness }) => exactness.misses)).toEqual([]);
    // A pair in which nothing happens would prove nothing.
    expect(results.flatMap(({ harms }) => harms)).not.toEqual([]);
    expect(results.reduce((sum, { byClass }) => sum + byClass.safe, 0)).toBeGreaterThan(0);
  }, 900_000);
});
