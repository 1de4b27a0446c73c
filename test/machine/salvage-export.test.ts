/** Where salvage --export writes to: file systems without hard links, and others than that of the side. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { snapshotTree } from '../support/fixture.js';
import {
  guidOf,
  idOf,
  messageBytes,
  sideDirOf,
  writeSplitPair,
  type SplitPair,
} from '../support/salvage/split-pair.js';
import { runTraced, whyNoStrace } from '../support/strace.js';

let pair: SplitPair;
let out: string;
beforeEach(() => {
  const records = [1, 2, 3].map((uid) => ({ uid, message: uid }));
  pair = writeSplitPair([{ mboxname: 'user.ada', records }], [{ mboxname: 'user.ada', records: [] }]);
  out = join(pair.dir, 'out');
});
afterEach(() => {
  pair.dispose();
});

const fileOf = (n: number, dir = out): string => join(dir, 'messages', guidOf(n).slice(0, 2), `${guidOf(n)}.eml`);

function expectExported(dir = out): void {
  for (const n of [1, 2, 3]) {
    expect(readFileSync(fileOf(n, dir))).toEqual(messageBytes(n));
    const { mode, nlink } = statSync(fileOf(n, dir));
    expect([mode & 0o777, nlink]).toEqual([0o600, 1]);
    expect(statSync(join(sideDirOf(pair.old, idOf('user.ada')), `${n}.`)).nlink).toBe(1);
  }
  const left = readdirSync(join(dir, 'messages'), { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
}

describe.skipIf(whyNoStrace() !== undefined)('a file system without hard links', () => {
  const exportWithout = (error: string, ...options: readonly string[]): ReturnType<typeof runTraced> =>
    runTraced(
      ['salvage', pair.old, pair.newer, '--export', out],
      ['-e', 'trace=link,linkat,rename,renameat,renameat2', '-e', `inject=link,linkat:error=${error}`, ...options],
    );

  test.each(['EPERM', 'EOPNOTSUPP', 'EMLINK'])('%s: the copies are there, and the side is as it was', async (error) => {
    const before = await snapshotTree(pair.old);
    const { status, stderr, calls } = exportWithout(error);
    expect([status, stderr]).toEqual([1, '']);
    expectExported();
    expect(calls.filter((call) => /^link/.test(call)).length).toBe(3);
    expect(calls.filter((call) => call.includes(pair.old))).toEqual([]);
    expect(await snapshotTree(pair.old)).toEqual(before);
    // Run again it keeps what is there.
    const { ino } = statSync(fileOf(1));
    expect(exportWithout(error).status).toBe(1);
    expectExported();
    expect(statSync(fileOf(1)).ino).toBe(ino);
  });

  test('nothing is overwritten', () => {
    mkdirSync(join(fileOf(2), '..'), { recursive: true });
    writeFileSync(fileOf(2), 'mine');
    const { status, stderr } = exportWithout('EPERM');
    expect([status, readFileSync(fileOf(2), 'utf8')]).toEqual([3, 'mine']);
    expect(stderr).toMatch(/Nothing is overwritten/);
  });

  test('another error is told', () => {
    const { status, stderr } = exportWithout('ENOSPC');
    expect([status, readdirSync(join(fileOf(1), '..'))]).toEqual([3, []]);
    expect(stderr).toMatch(/no space left/);
  });
});

/** A file system of its own on most machines. */
const ELSEWHERE = '/dev/shm';
const isElsewhere = ((): boolean => {
  try {
    return statSync(ELSEWHERE).dev !== statSync(tmpdir()).dev;
  } catch {
    return false;
  }
})();

test.skipIf(!isElsewhere)('another file system than that of the side', () => {
  const dir = mkdtempSync(join(ELSEWHERE, 'cyraudit-export-'));
  try {
    const { status, stderr } = runCli(['salvage', pair.old, pair.newer, '--export', join(dir, 'out')]);
    expect([status, stderr]).toEqual([1, '']);
    expectExported(join(dir, 'out'));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
