import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { auditUnderLoad, LIVE_CONF, type LiveRun } from './live/audits.js';

const SECONDS = 30;

/** Eight clients, a delivery agent, rolling replication and cyr_expire; `npm run live` does it for longer. */
describe.skipIf(whyNoCyrus() !== undefined)('audits beside two servers under load', () => {
  let pair: Pair | undefined;
  let run: LiveRun;

  beforeAll(
    async () => {
      pair = await startPair({ conf: LIVE_CONF });
      run = await auditUnderLoad(pair, SECONDS, 1);
    },
    10 * SECONDS * 1000,
  );

  afterAll(() => pair?.dispose());

  test('find lag, and nothing that is above safe or damage', () => {
    expect(run.wrong).toEqual([]);
    expect(Object.keys(run.lag)).not.toEqual([]);
  });

  test('leave out only what a server changed at every look', () => {
    expect(run.unaudited).toEqual([]);
    expect(run.busy).toBeLessThan(5 * run.audits);
  });

  test('are felt by neither server', () => {
    // Told by sync_client when somebody expunges what it is about to send, and by programs of Cyrus that wait for locks of
    // each other: we take none.
    const own = /SYNCNOTICE: record only exists on replica|Resource deadlock avoided/;
    expect(run.errors.filter((line) => !own.test(line))).toEqual([]);
    for (const what of ['append', 'flag', 'expunge', 'move', 'create', 'rename', 'delete', 'lmtp'])
      expect(run.done[what], what).toBeGreaterThan(0);
  });
});
