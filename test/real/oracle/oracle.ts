/** Many seeds against real Cyrus, some at a time, and the sum of what they showed. */
import { join } from 'node:path';
import { makeTempDir } from '../../../fixtures/make/temp-dir.js';
import { makeBaseState } from './base-state.js';
import { runSeed } from './run-seed.js';
import type { SeedResult } from './run-seed.js';

export interface OracleOptions {
  readonly seeds: readonly number[];
  /** Pairs at a time. */
  readonly pairs: number;
  /** Where the states of a seed with a false safe, a false alarm or a wrong prediction are kept. */
  readonly keep?: string;
  readonly onResult?: (result: SeedResult) => void;
}

export async function runOracle({ seeds, pairs, keep, onResult }: OracleOptions): Promise<SeedResult[]> {
  const work = await makeTempDir('cyraudit-oracle-');
  try {
    const bases = {
      plain: await makeBaseState(join(work.path, 'plain'), {}),
      conversations: await makeBaseState(join(work.path, 'conversations'), { conversations: 'yes' }),
    };
    const results: SeedResult[] = [];
    const left = [...seeds];
    await Promise.all(
      Array.from({ length: pairs }, async () => {
        for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
          const result = await runSeed(seed, bases, work.path, keep);
          results.push(result);
          onResult?.(result);
        }
      }),
    );
    return results.sort((a, b) => a.seed - b.seed);
  } finally {
    await work.remove();
  }
}

/** The table of the closing note. */
export function summary(results: readonly SeedResult[]): string {
  const sum = (of: (result: SeedResult) => number): number => results.reduce((total, one) => total + of(one), 0);
  const mailboxes = sum((one) => one.mailboxes);
  const alarms = results.flatMap((one) => one.falseAlarms);
  const byCode = new Map<string, number>();
  for (const { codes } of alarms) byCode.set(codes.join(' '), (byCode.get(codes.join(' ')) ?? 0) + 1);
  const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`;
  const [predicted, exact] = [sum((one) => one.exactness.predicted), sum((one) => one.exactness.exact)];
  const verdicts = (['clean', 'safe', 'admin', 'halt'] as const).map(
    (verdict) => `${verdict} ${results.filter((one) => one.verdict === verdict).length}`,
  );
  return [
    `seeds          ${results.length} (${verdicts.join(', ')}), ${(sum((one) => one.seconds) / Math.max(results.length, 1)).toFixed(1)} s each`,
    `mailboxes      ${mailboxes}: ${(['clean', 'safe', 'admin', 'halt'] as const).map((c) => `${c} ${sum((one) => one.byClass[c])}`).join(', ')}`,
    `harmed         ${sum((one) => one.harms.length)} harms in ${results.filter((one) => one.harms.length > 0).length} seeds`,
    `false safe     ${sum((one) => one.falseSafe.length)} in seeds ${
      results
        .filter((one) => one.falseSafe.length > 0)
        .map((one) => one.seed)
        .join(' ') || '-'
    }`,
    `missed halts   ${sum((one) => one.missedHalts.length)} in seeds ${
      results
        .filter((one) => one.missedHalts.length > 0)
        .map((one) => one.seed)
        .join(' ') || '-'
    }`,
    `false alarms   ${alarms.length} (${percent(alarms.length, mailboxes)})`,
    ...[...byCode].sort(([, a], [, b]) => b - a).map(([codes, count]) => `  ${String(count).padStart(4)}  ${codes}`),
    `predictions    ${exact} of ${predicted} sides of mailboxes exact (${percent(exact, predicted)})`,
  ].join('\n');
}
