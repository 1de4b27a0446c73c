/** How often the predicted end state of a mailbox is the real one, record by record on both sides. */
import { join } from 'node:path';
import type { CaseFile } from '../../../fixtures/make/case-file.js';
import { expectPair, fromRecorded, openPair, recordedMailbox, toLines } from '../../support/predict-pair.js';
import type { PredictedRecord } from '../../../src/replication/apply-prediction.js';
import type { Observation } from './observation.js';

export interface Exactness {
  readonly predicted: number;
  readonly exact: number;
  /** What was predicted and not found (`-`), found and not predicted (`+`). */
  readonly misses: readonly string[];
}

/** The drifted pair at `dir` against the state after the runs that `command` names. */
export function exactness(dir: string, after: Observation, command: string): Exactness {
  const nothing = (): Promise<void> => Promise.resolve();
  const ctx = openPair({
    dir,
    master: join(dir, 'master'),
    replica: join(dir, 'replica'),
    case: {} as CaseFile,
    dispose: nothing,
  });
  if (ctx === undefined) return { predicted: 0, exact: 0, misses: [] };
  try {
    let predicted = 0;
    const misses: string[] = [];
    // Which expunged records are cleaned out at once is a matter of who has the mailbox open, and no user's.
    const isTold = ({ expunged }: PredictedRecord): boolean =>
      !expunged || ctx.sides.get('master')!.side.conf.get('expunge_mode') !== 'immediate';
    for (const { mboxname, uniqueid, side, records, by } of expectPair(ctx, command).mailboxes) {
      const real = recordedMailbox(after[side].reduced, uniqueid);
      if (records === 'untold' || real?.error !== undefined) continue;
      predicted++;
      const found = real === undefined ? ['gone'] : toLines(real.records.map(fromRecorded).filter(isTold));
      const expected = records === 'gone' ? ['gone'] : toLines(records.filter(isTold));
      if (found.join('\n') === expected.join('\n')) continue;
      misses.push(
        [
          `${side} ${mboxname} (${by})`,
          ...expected.filter((line) => !found.includes(line)).map((line) => `- ${line}`),
          ...found.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`),
        ].join('\n  '),
      );
    }
    return { predicted, exact: predicted - misses.length, misses };
  } finally {
    ctx.close();
  }
}
