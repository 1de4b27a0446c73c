import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, replicate } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { mustRun } from '../../fixtures/make/process.js';
import { asSieve } from '../../fixtures/make/sieve-client.js';
import { makeTempDir } from '../../fixtures/make/temp-dir.js';
import type { Report } from '../../src/generated/report.js';
import { auditInThread } from '../support/audit-in-thread.js';

const no = whyNoCyrus();

/** A script is stored on the other side while dav.db of this side is cut; `exits` of sync_client -u, run twice. */
const cases = [
  { userid: 'cutmaster', side: 'master', size: 5000, fails: true },
  { userid: 'cutreplica', side: 'replica', size: 5000, fails: true },
  { userid: 'emptymaster', side: 'master', size: 0, fails: false },
  { userid: 'emptyreplica', side: 'replica', size: 0, fails: false },
] as const;

describe.skipIf(no !== undefined)('a damaged dav.db', () => {
  let pair: Pair | undefined;
  let report: Report;
  const exits = new Map<string, (number | null)[]>();

  beforeAll(async () => {
    pair = await startPair();
    const { master } = pair;
    await as(master, 'cyrus', async (admin) => {
      for (const { userid } of cases) await admin.create(`user.${userid}`);
    });
    for (const { userid } of cases) await asSieve(master.ports.sieve, userid, (s) => s.put('a', 'keep;\r\n'));
    await replicate(pair);
    for (const { userid, side } of cases) {
      const other = side === 'master' ? pair.replica : master;
      await asSieve(other.ports.sieve, userid, (s) => s.put('b', 'discard;\r\n'));
    }
    const inboxes = new Map<string, string>();
    for (const { userid, side } of cases)
      inboxes.set(userid, (await pair[side].mustTool('mbpath', '-M', `user.${userid}`)).trim().split('/').at(-1)!);
    await pair.stop();
    for (const { userid, side, size } of cases) {
      const conf = join(pair[side].dir, 'conf');
      const names = await readdir(conf, { recursive: true });
      const dav = names.find((name) => name.endsWith(`${inboxes.get(userid)!}/dav.db`))!;
      await truncate(join(conf, dav), size);
    }
    const copy = await makeTempDir('cyraudit-real-dav-');
    try {
      await pair.copyStopped(copy.path);
      await mustRun(['find', copy.path, '-name', 'dav.db', '-exec', 'touch', '-d', '2001-01-01', '{}', '+']);
      report = await auditInThread({ master: join(copy.path, 'master'), replica: join(copy.path, 'replica') }, {});
    } finally {
      await copy.remove();
    }
    await pair.start();
    for (const { userid } of cases)
      exits.set(userid, [(await pair.syncUser(userid)).exit, (await pair.syncUser(userid)).exit]);
  }, 120_000);
  afterAll(async () => {
    await pair?.dispose();
  });

  test.each(cases)('$userid is told when it fails', ({ userid, side, fails }) => {
    const own = report.users.filter((user) => user.userid === userid).flatMap(({ findings }) => findings);
    expect(own.map((finding) => [finding.code, finding.side])).toEqual(fails ? [['dav-database-damaged', side]] : []);
    expect(exits.get(userid)!.map((exit) => exit !== 0)).toEqual([fails, fails]);
  });
});
