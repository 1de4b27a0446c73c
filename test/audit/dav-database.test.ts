/** dav.db: the index of a user's scripts, calendars and address books. */
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditSide } from '../../src/run/audit.js';
import { auditInThread } from '../support/audit-in-thread.js';
import type { UnpackedPair } from '../support/fixture.js';
import { unpackForTest } from '../support/unpack-for-test.js';

type Role = 'master' | 'replica';

const unpack = (): Promise<UnpackedPair> => unpackForTest('sieve-clean', 'made');

/** Of ada, who has a script on both sides. */
function davOn(pair: UnpackedPair, role: Role): string {
  const found = readdirSync(pair[role], { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('4jo5u1heukyqyx0nrr2xmw2p/dav.db'))
    .map((name) => join(pair[role], name));
  expect(found).toHaveLength(1);
  return found[0]!;
}

const LONG_AGO = 1e9;
const settle = (path: string): void => utimesSync(path, LONG_AGO, LONG_AGO);

async function said(pair: UnpackedPair, level: 'index' | 'files' = 'index') {
  const report = await auditInThread(pair, { level });
  const ofUsers = report.users.flatMap(({ userid, findings }) =>
    findings.map(({ code, side, class: of }) => `${userid} ${String(side)} ${of} ${code}`),
  );
  return { found: ofUsers, unaudited: report.unaudited.map(({ side, reason }) => `${String(side)} ${reason}`) };
}

const DAMAGE: readonly (readonly [string, (path: string) => void])[] = [
  ['noise', (path) => writeFileSync(path, Buffer.alloc(9000, 0x5a))],
  ['cut', (path) => truncateSync(path, 5000)],
];

describe.each(['master', 'replica'] as const)('on the %s', (role) => {
  test.each(DAMAGE)('%s', async (_, damage) => {
    const pair = await unpack();
    const path = davOn(pair, role);
    damage(path);
    settle(path);
    expect(await said(pair)).toEqual({ found: [`ada ${role} admin dav-database-damaged`], unaudited: [] });
  });

  test('every page is read above level index', async () => {
    const pair = await unpack();
    const path = davOn(pair, role);
    const bytes = readFileSync(path);
    bytes.fill(0xee, 100, 108);
    writeFileSync(path, bytes);
    settle(path);
    expect((await said(pair)).found).toEqual([]);
    expect((await said(pair, 'files')).found).toEqual([`ada ${role} admin dav-database-damaged`]);
  });

  test('what Cyrus makes anew is nothing to tell of', async () => {
    const pair = await unpack();
    const path = davOn(pair, role);
    expect(await said(pair)).toEqual({ found: [], unaudited: [] });
    truncateSync(path, 0);
    expect(await said(pair)).toEqual({ found: [], unaudited: [] });
    rmSync(path);
    expect(await said(pair)).toEqual({ found: [], unaudited: [] });
  });

  test.each(['-journal', '-wal'])('beside a file %s damage says nothing', async (suffix) => {
    const pair = await unpack();
    const path = davOn(pair, role);
    copyFileSync(path, path + suffix);
    settle(path + suffix);
    expect(await said(pair)).toEqual({ found: [], unaudited: [] });
    truncateSync(path, statSync(path).size - 4096);
    settle(path);
    const { found, unaudited } = await said(pair);
    expect(found).toEqual([]);
    expect(unaudited).toEqual([expect.stringMatching(new RegExp(`^${role} .*dav\\.db: in the middle of a change`))]);
    // Emptied, it holds nothing.
    truncateSync(path + suffix, 0);
    expect((await said(pair)).found).toEqual([`ada ${role} admin dav-database-damaged`]);
  });

  test('damage that is gone at a second look was half of a write', async () => {
    const pair = await unpack();
    const path = davOn(pair, role);
    const sound = readFileSync(path);
    truncateSync(path, 5000);
    const timer = setTimeout(() => writeFileSync(path, sound), 200);
    expect(await said(pair)).toEqual({ found: [], unaudited: [] });
    clearTimeout(timer);
  });

  test('a directory in its place is not read', async () => {
    const pair = await unpack();
    const path = davOn(pair, role);
    rmSync(path);
    mkdirSync(path);
    settle(path);
    const { found, unaudited } = await said(pair);
    expect(found).toEqual([]);
    expect(unaudited).toEqual([expect.stringMatching(/dav\.db: .*not a regular file/)]);
  });
});

test('on a side that is audited for itself', async () => {
  const pair = await unpack();
  const path = davOn(pair, 'master');
  writeFileSync(path, Buffer.alloc(9000, 0x5a));
  settle(path);
  const report = await auditSide({ side: pair.master, level: 'index', threads: 1 });
  expect(report.users.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['dav-database-damaged']);
});
