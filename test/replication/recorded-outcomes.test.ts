/** The model against the real engine: what `sync_client` left of every mailbox of every recorded pair. */
import { afterAll, describe, expect, test } from 'vitest';
import { listPairs, unpackPair, type Collection } from '../support/fixture.js';
import { decisiveRun, expectPair, fromRecorded, openPair, recordedMailbox, toLines } from '../support/predict-pair.js';
import type { PredictedRecord } from '../../src/replication/apply-prediction.js';

/** Pairs whose outcome is not what is predicted, and why. Each must go on to differ: a repaired one leaves the table. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['pairs/duplicate-uid-master', 'two records of one UID: applyPrediction, like everything by UID, knows one of them'],
  ['pairs/partition-differs-replica', 'the archive lacks the second partition of the replica, which was there'],
  [
    'pairs/shared-deleted-master-replica-received',
    'recorded is -A alone, which fails; the audit also counts on the log',
  ],
  ['pairs/shared-renamed-master', 'recorded is -A alone, which fails; the audit also counts on the log'],
  ['made/annotations-damaged-master', 'told of the side, and stops every user: no mailbox knows of it'],
  ['made/annotations-damaged-replica', 'the same'],
  ['pairs/user-renamed-master', 'recorded is -A alone, which fails; the audit also counts on the log'],
]);

/** Pairs with a mailbox list that cannot be trusted as a whole: nothing is predicted. */
const WITHOUT_LIST: ReadonlySet<string> = new Set([
  'pairs/mboxlist-bytes-corrupt',
  'pairs/mboxlist-file-truncated',
  'pairs/mboxlist-file-zero',
  'pairs/mboxlist-header-corrupt',
  'made/list-truncated-master',
]);

/** By how the prediction came about. */
const compared: Record<string, number> = {};

const liveLines = (records: readonly PredictedRecord[]): string[] =>
  toLines(records.filter(({ expunged }) => !expunged));

/** Differences between prediction and recording; undefined when nothing can be predicted. */
async function differencesOf(name: string, collection: Collection): Promise<string[] | undefined> {
  const pair = await unpackPair(name, collection);
  const ctx = openPair(pair);
  try {
    if (ctx === undefined) return undefined;
    const run = decisiveRun(pair.case);
    const { mailboxes, blocked } = expectPair(ctx, run.command);
    const wrong: string[] = [];
    for (const { mboxname, uniqueid, side, records, by } of mailboxes) {
      const recorded = recordedMailbox(pair.case.after[side], uniqueid);
      // What neither we nor the recorder could read has no records to compare.
      if (records === 'untold' || recorded?.error !== undefined) continue;
      compared[by] = (compared[by] ?? 0) + 1;
      const actual = recorded === undefined ? ['gone'] : toLines(recorded.records.map(fromRecorded));
      const predicted = records === 'gone' ? ['gone'] : toLines(records);
      if (actual.join('\n') !== predicted.join('\n')) {
        const missing = predicted.filter((line) => !actual.includes(line)).map((line) => `  predicted ${line}`);
        const extra = actual.filter((line) => !predicted.includes(line)).map((line) => `  recorded  ${line}`);
        wrong.push([`${side} ${mboxname} (${by})`, ...missing, ...extra].join('\n'));
      }
      const other = mailboxes.find((m) => m.uniqueid === uniqueid && m.side !== side)?.records;
      if (run.converged && by !== 'alone' && by !== 'out of scope' && Array.isArray(records) && Array.isArray(other)) {
        if (liveLines(records).join('\n') !== liveLines(other).join('\n'))
          wrong.push(`${mboxname}: predicted to differ after ${by}`);
      }
    }
    // A rolling run that failed keeps its log and ends with 0.
    if (!/ -[rR]\b/.test(run.command) && blocked !== (run.exit !== 0)) {
      wrong.push(`${blocked ? '' : 'not '}blocked, exit ${String(run.exit)}`);
    }
    return wrong;
  } finally {
    ctx?.close();
    await pair.dispose();
  }
}

describe.each(['pairs', 'made'] as const)('%s', (collection) => {
  test.each(listPairs(collection))('%s', async (name) => {
    const differences = await differencesOf(name, collection);
    const id = `${collection}/${name}`;
    expect(differences === undefined).toBe(WITHOUT_LIST.has(id));
    if (EXCEPTIONS.has(id)) expect(differences).not.toEqual([]);
    else expect(differences ?? []).toEqual([]);
  });
});

afterAll(() => {
  // The stages of the model are all met, many times: the comparison above is not an empty one.
  const atLeast: Record<string, number> = { skip: 300, push: 60, full: 100, created: 10, blocked: 20 };
  for (const [by, n] of Object.entries(atLeast))
    expect([by, (compared[by] ?? 0) >= n, compared]).toEqual([by, true, compared]);
});
