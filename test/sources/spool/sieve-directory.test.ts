import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listSieveDirectory } from '../../../src/sources/spool/sieve-directory.js';
import { snapshotTree, unpackPair } from '../../support/fixture.js';

test('the directory that a real 3.6.1 wrote: the source is a message of #sieve', async () => {
  const pair = await unpackPair('sieve-clean', 'made');
  try {
    const path = join(pair.master, 'conf/sieve/uuid/4/j/4jo5u1heukyqyx0nrr2xmw2p');
    const before = await snapshotTree(path);
    expect(listSieveDirectory(path)).toEqual({
      directory: {
        scripts: [{ name: 'away', hasSource: false, hasBytecode: true }],
        activeTarget: 'away.bc',
        active: 'away',
        leftovers: [],
        others: [],
      },
    });
    expect(await snapshotTree(path)).toEqual(before);
  } finally {
    await pair.dispose();
  }
});

test('links are not followed, and what is no directory is told', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cyraudit-sieve-'));
  try {
    symlinkSync('/etc/passwd', join(dir, 'x.bc'));
    symlinkSync('gone.bc', join(dir, 'defaultbc'));
    mkdirSync(join(dir, 'folder.bc'));
    writeFileSync(join(dir, 'a.script'), '');
    expect(listSieveDirectory(dir)).toEqual({
      directory: {
        scripts: [{ name: 'a', hasSource: true, hasBytecode: false }],
        activeTarget: 'gone.bc',
        active: 'gone',
        leftovers: [],
        others: ['folder.bc', 'x.bc'],
      },
    });
    expect(listSieveDirectory(join(dir, 'nothing'))).toEqual({
      directory: { scripts: [], leftovers: [], others: [] },
    });
    const loop = join(dir, 'loop');
    symlinkSync('loop', loop);
    expect(listSieveDirectory(loop).unread).toContain(loop);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
