import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  breakCacheRecord,
  keepCache,
  mailboxDirectory,
  removeCache,
  unrenameCache,
} from '../../fixtures/make/damage.js';
import { as, deliver, populate, replicate } from '../../fixtures/make/drift.js';
import { cacheOffsetOf, recordsIn, uidOf } from '../../fixtures/make/index-bytes.js';
import { startPair, whyNoCyrus } from '../../fixtures/make/instance.js';
import type { Pair } from '../../fixtures/make/instance.js';
import { auditSide } from '../../src/run/audit.js';

/** The caches of a pair after a split brain was replicated; then what is told of damage, and that the remedy helps. */
describe.skipIf(whyNoCyrus() !== undefined)('caches that real Cyrus wrote and repairs', () => {
  let pair: Pair;
  let copies: string;
  let cache: string;

  beforeAll(async () => {
    copies = await mkdtemp(join(tmpdir(), 'cyraudit-real-cache-'));
    pair = await startPair();
    await populate(pair.master);
    await replicate(pair);
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 101));
    await as(pair.replica, 'ada', (ada) => deliver(ada, 'INBOX', 102));
    await replicate(pair);
    await pair.stop();
    cache = join(await mailboxDirectory(pair.master, 'user.ada'), 'cyrus.cache');
  });
  afterAll(async () => {
    await pair.dispose();
    await rm(copies, { recursive: true, force: true });
  });

  /** Codes of the findings about one side. */
  async function findings(role: 'master' | 'replica' = 'master'): Promise<string[]> {
    const side = join(copies, role);
    await rm(side, { recursive: true, force: true });
    await pair[role].copyStopped(side);
    const report = await auditSide({ side, level: 'content', threads: 1 });
    expect(report.complete).toBe(true);
    return Object.keys(report.counts.findings);
  }

  it('a renumbered message shares its cache record with the expunged one, which is no finding', async () => {
    const records = recordsIn(readFileSync(join(cache, '../cyrus.index')));
    const byOffset = new Map<number, number[]>();
    for (const record of records)
      byOffset.set(cacheOffsetOf(record), [...(byOffset.get(cacheOffsetOf(record)) ?? []), uidOf(record)]);
    expect([...byOffset.values()].filter((uids) => uids.length > 1)).toEqual([[4, expect.any(Number)]]);
    expect(await findings('master')).toEqual([]);
    expect(await findings('replica')).toEqual([]);
  });

  const reconstruct = (): Promise<string> => pair.master.mustTool('reconstruct', 'user.ada');
  const removeAndReconstruct = async (): Promise<void> => {
    rmSync(cache);
    rmSync(`${cache}.NEW`, { force: true });
    await reconstruct();
  };
  const edit = (change: (bytes: Buffer) => Buffer): void => writeFileSync(cache, change(readFileSync(cache)));

  it.each<[string, () => unknown, string, () => Promise<unknown>]>([
    ['a damaged record', () => breakCacheRecord(pair.master, 'user.ada', 2), 'cache-record-damaged', reconstruct],
    ['a missing file', () => removeCache(pair.master, 'user.ada'), 'cache-missing', reconstruct],
    ['an empty file', () => edit(() => Buffer.alloc(0)), 'cache-missing', reconstruct],
    ['a cut file', () => edit((bytes) => bytes.subarray(0, 30)), 'cache-record-outside', reconstruct],
    [
      'another generation',
      () => edit((bytes) => Buffer.from(bytes).fill(9, 0, 4)),
      'cache-generation-mismatch',
      removeAndReconstruct,
    ],
    [
      'an interrupted repack',
      async () => {
        await keepCache(pair.master, 'user.ada');
        await pair.master.mustTool('cyr_expire', '-E', '1', '-X', '0');
        await pair.master.stop();
        await unrenameCache(pair.master, 'user.ada');
      },
      'cache-repack-interrupted',
      removeAndReconstruct,
    ],
  ])('%s is found, and the remedy that is told helps', async (_, damage, code, repair) => {
    await damage();
    expect(await findings()).toEqual([code]);
    await repair();
    await pair.master.stop();
    expect(await findings()).toEqual([]);
  });
});
