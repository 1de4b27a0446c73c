/** What a first look through annotations.db has found holds for every further look at the same units. */
import { expect, test } from 'vitest';
import { auditPair } from '../../src/run/audit.js';
import { unpackPair } from '../support/fixture.js';

test.each(['annotations-damaged-master', 'annotations-damaged-replica'])(
  '%s: looking again finds the same',
  async (name) => {
    const pair = await unpackPair(name, 'made');
    const { master, replica } = pair;
    try {
      const once = await auditPair({ master, replica, threads: 1 });
      const again = await auditPair({ master, replica, threads: 1, recheck: 2, recheckDelay: 0 });
      expect(once.counts.findings['annotations-database-damaged']).toBeGreaterThan(0);
      expect(Object.keys(once.counts.findings).filter((code) => code.startsWith('mailbox-annotations'))).toEqual([]);
      expect(again.recheck!.settled).toEqual({});
      expect([again.counts.findings, again.mailboxes, again.unaudited]).toEqual([
        once.counts.findings,
        once.mailboxes,
        once.unaudited,
      ]);
    } finally {
      await pair.dispose();
    }
  },
);
