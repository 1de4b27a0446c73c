/** What the audit says of every recorded pair, end to end, on worker threads. `npm test` builds them first. */
import { describe, expect, test } from 'vitest';
import { STATUS_UNKNOWN, exitStatus } from '../../src/cli/exit-status.js';
import { makeReportValidator } from '../../src/cli/read-report.js';
import { auditPair } from '../../src/run/audit.js';
import { listPairs, unpackPair } from '../support/fixture.js';

/** Pairs that the audit judges otherwise than recorded, and why. Each must go on to differ. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['pairs/partition-differs-replica', 'the archive lacks the second partition of the replica (missingRoots)'],
  ['pairs/partition-unknown-on-replica', 'the archive lacks the second partition of the master (missingRoots)'],
  [
    'pairs/fuzz-034',
    'safe only for one who knows the common state: the disk shows master-expunged-and-cleaned, which is admin',
  ],
]);

/** Pairs with a damaged database: what it holds cannot be audited, and the report says so. */
const INCOMPLETE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'every mailbox': [
      'pairs/mboxlist-all-entries-lost-unuser-unmailbox-log',
      'pairs/mboxlist-bytes-corrupt',
      'pairs/mboxlist-file-truncated',
      'pairs/mboxlist-file-zero',
      'pairs/mboxlist-header-corrupt',
      'made/list-truncated-master',
    ],
    'mailbox annotations': ['made/annotations-damaged-master', 'made/annotations-damaged-replica'],
  }).flatMap(([what, ids]) => ids.map((id) => [id, what])),
);

const invalid = makeReportValidator();

describe.each(['pairs', 'made'] as const)('%s', (collection) => {
  test.concurrent.each(listPairs(collection))('%s', async (name) => {
    const id = `${collection}/${name}`;
    const pair = await unpackPair(name, collection);
    try {
      const { master, replica } = pair;
      const report = await auditPair({ master, replica, level: 'content', threads: 1 });
      expect(invalid(report)).toBeUndefined();
      expect(report.unaudited.length === 0).toBe(report.complete);
      const incomplete = INCOMPLETE.get(id);
      expect(report.unaudited.map(({ what }) => what)).toEqual(incomplete === undefined ? [] : [incomplete]);
      const verdict = report.verdict === 'clean' && pair.case.class === 'safe' ? 'safe' : report.verdict;
      const said = { verdict, status: exitStatus(report, 'admin') };
      const { class: verdictThen, exitStatus: statusThen } = pair.case;
      const recorded = {
        verdict: verdictThen,
        status: incomplete === undefined || verdictThen === 'halt' ? statusThen : STATUS_UNKNOWN,
      };
      if (EXCEPTIONS.has(id)) expect(said).not.toEqual(recorded);
      else expect({ ...said, codes: report.counts.findings }).toEqual({ ...recorded, codes: report.counts.findings });
    } finally {
      await pair.dispose();
    }
  });
});
