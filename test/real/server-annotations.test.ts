/** Annotations that belong to no mailbox: what is said of them, and what sync_client then does. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Instance, type Pair } from '../../fixtures/make/instance.js';
import { mustRun } from '../../fixtures/make/process.js';
import { auditPair } from '../../src/run/audit.js';

describe.skipIf(whyNoCyrus() !== undefined)('annotations of the server on a real pair', () => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair();
    await as(pair.master, 'cyrus', async (cyrus) => {
      for (const user of ['ada', 'ben']) await cyrus.create(`user.${user}`);
    });
    await rolling();
  }, 120_000);
  afterAll(async () => {
    await pair.dispose();
  });

  const set = (side: Instance, user: string, entry: string, value: string | null): Promise<unknown> =>
    as(side, user, (client) => client.command(`SETMETADATA "" (${entry} ${value === null ? 'NIL' : `"${value}"`})`));

  const get = (side: Instance, user: string, entry: string): Promise<string | undefined> =>
    as(side, user, async (client) => {
      const lines = await client.command(`GETMETADATA "" ${entry}`);
      return /^\* METADATA "" \(\S+ (.*)\)/.exec(lines.find((line) => line.startsWith('* METADATA')) ?? '')?.[1];
    });

  /** Of both sides. */
  const both = async (user: string, entry: string): Promise<(string | undefined)[]> => [
    await get(pair.master, user, entry),
    await get(pair.replica, user, entry),
  ];

  async function rolling(): Promise<void> {
    expect((await pair.sync(['-R', '-1'])).exit).toBe(0);
  }

  const audit = async (): Promise<string[]> => {
    const { findings, verdict } = await auditPair({
      master: pair.master.confFile,
      replica: pair.replica.confFile,
      level: 'index',
      threads: 1,
    });
    return [verdict, ...findings.map(({ code, facts }) => `${code} ${String(facts['entries'])}`)];
  };

  test('a line carries what was set, changed and removed on the master', async () => {
    const { master } = pair;
    await set(master, 'cyrus', '/shared/comment', 'one');
    await set(master, 'ada', '/private/comment', 'mine');
    expect(await audit()).toEqual(['safe', 'server-annotations-pending /private/comment (ada),/shared/comment']);
    await rolling();
    expect(await audit()).toEqual(['clean']);
    await set(master, 'cyrus', '/shared/comment', 'two');
    await set(master, 'ada', '/private/comment', null);
    expect(await audit()).toEqual(['safe', 'server-annotations-pending /private/comment (ada),/shared/comment']);
    await rolling();
    expect(await audit()).toEqual(['clean']);
    expect(await both('cyrus', '/shared/comment')).toEqual(['"two"', '"two"']);
    expect(await both('ada', '/private/comment')).toEqual(['NIL', 'NIL']);
  }, 60_000);

  test('nothing else does, and the remedy is right', async () => {
    // Before it: what only the master has, and whose line was lost.
    await set(pair.master, 'cyrus', '/shared/admin', 'mailto:lost@example.com');
    rmSync(join(pair.dir, 'master/conf/sync/log'));
    for (const args of [['-A'], ['-u', 'ada']]) expect((await pair.sync(args)).exit).toBe(0);
    expect(await audit()).toEqual(['safe', 'server-annotations-not-carried /shared/admin']);
    await set(pair.master, 'cyrus', '/shared/admin', null);
    await rolling();
    await set(pair.replica, 'cyrus', '/shared/comment', 'of the replica');
    for (const args of [['-A'], ['-u', 'ada']]) expect((await pair.sync(args)).exit).toBe(0);
    expect(await audit()).toEqual(['admin', 'server-annotations-lost-on-replica /shared/comment']);
    expect(await both('cyrus', '/shared/comment')).toEqual(['"two"', '"of the replica"']);
    // The same value once more writes no line.
    await set(pair.master, 'cyrus', '/shared/comment', 'two');
    expect(await audit()).toEqual(['admin', 'server-annotations-lost-on-replica /shared/comment']);
    const file = join(pair.dir, 'line');
    writeFileSync(file, 'ANNOTATION ""\n');
    await mustRun(['chown', 'cyrus:mail', file]);
    expect((await pair.sync(['-r', '-f', file])).exit).toBe(0);
    expect(await audit()).toEqual(['clean']);
  }, 60_000);

  test("a line overwrites and removes the replica's own, of whatever entry it was written", async () => {
    await set(pair.replica, 'cyrus', '/shared/comment', 'newer');
    await set(pair.replica, 'ben', '/private/comment', 'of ben');
    await set(pair.master, 'cyrus', '/shared/admin', 'mailto:a@example.com');
    expect(await audit()).toEqual([
      'admin',
      'server-annotations-lost-on-replica /private/comment (ben),/shared/comment',
      'server-annotations-pending /shared/admin',
    ]);
    await rolling();
    expect(await both('cyrus', '/shared/comment')).toEqual(['"two"', '"two"']);
    expect(await both('ben', '/private/comment')).toEqual(['NIL', 'NIL']);
    expect(await audit()).toEqual(['clean']);
  }, 60_000);
});
