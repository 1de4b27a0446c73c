import { chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, deliver } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { auditInThread } from '../support/audit-in-thread.js';

// What is given to root here is what a restore as root leaves behind.
describe.skipIf(whyNoCyrus() !== undefined || process.getuid?.() !== 0)('a file that the server may not use', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair();
    await as(pair.master, 'cyrus', (client) => client.create('user.ada'));
    await as(pair.master, 'ada', async (client) => {
      await client.create('INBOX.Work');
      await client.command('SUBSCRIBE INBOX.Work');
      await deliver(client, 'INBOX.Work', 1);
    });
    expect(await pair.syncUser('ada')).toMatchObject({ exit: 0 });
  }, 120_000);
  afterAll(() => pair.dispose());

  let n = 2;
  const pathOf = async (side: 'master' | 'replica', file: string): Promise<string> => {
    const dir = (mboxname: string): Promise<string> => pair[side].mustTool('mbpath', mboxname);
    if (file !== 'sub.db') return join((await dir('user.ada.Work')).trim(), file);
    return join(pair.dir, side, 'conf/user/uuid', (await dir('user.ada')).trim().split('/uuid/')[1]!, file);
  };
  const codes = async (): Promise<string[]> => {
    const { mailboxes, users } = await auditInThread(
      { master: join(pair.dir, 'master'), replica: join(pair.dir, 'replica') },
      { level: 'files' },
    );
    return [...mailboxes, ...users].flatMap(({ findings }) =>
      findings.filter(({ code }) => code.includes('-not-')).map(({ code, side }) => `${side!} ${code}`),
    );
  };
  const subscribed = (side: 'master' | 'replica'): Promise<number> =>
    as(pair[side], 'ada', async (client) => (await client.command('LSUB "" "*"')).length);

  /** As `job` finds it: the file is root's, and there is a message to be sent. */
  async function given(
    side: 'master' | 'replica',
    file: string,
    mode: number,
    job: () => Promise<void>,
  ): Promise<void> {
    await as(pair.master, 'ada', (client) => deliver(client, 'INBOX.Work', n++));
    const path = await pathOf(side, file);
    const before = statSync(path);
    chownSync(path, 0, 0);
    chmodSync(path, mode);
    try {
      await job();
    } finally {
      chownSync(path, before.uid, before.gid);
      chmodSync(path, before.mode & 0o7777);
    }
  }

  test.each([
    ['master', 'cyrus.index', 0o644, 'mailbox-not-accessible', 1],
    ['master', 'cyrus.header', 0o600, 'mailbox-not-accessible', 1],
    // The mail of this side: what is sent from there goes through.
    ['master', '.', 0o755, 'mailbox-not-writable', 0],
    ['replica', '.', 0o755, 'mailbox-not-writable', 1],
    ['replica', 'cyrus.cache', 0o644, 'mailbox-not-writable', 1],
    ['replica', 'cyrus.index', 0o644, 'mailbox-not-accessible', 1],
    ['replica', 'sub.db', 0o644, 'user-files-not-accessible', 1],
  ] as const)(
    '%s: %s with mode %o: %s',
    async (side, file, mode, code, exit) => {
      await given(side, file, mode, async () => {
        // A subscription that differs has to be written.
        await as(pair.master, 'ada', (client) => client.command(`${n % 2 === 0 ? 'UN' : ''}SUBSCRIBE INBOX`));
        expect(await codes()).toEqual([`${side} ${code}`]);
        expect(await pair.syncUser('ada')).toMatchObject({ exit });
      });
      expect(await pair.syncUser('ada')).toMatchObject({ exit: 0 });
      expect(await codes()).toEqual([]);
    },
    60_000,
  );

  test('a message that is to be sent, and may not be read', async () => {
    await as(pair.master, 'ada', (client) => deliver(client, 'INBOX.Work', n++));
    await given('master', `${String(n - 1)}.`, 0o600, async () => {
      expect(await codes()).toEqual(['master message-file-not-accessible']);
      expect(await pair.syncUser('ada')).toMatchObject({ exit: 1 });
    });
    expect(await pair.syncUser('ada')).toMatchObject({ exit: 0 });
  }, 60_000);

  test('subscriptions that may not be read on the master are removed on the replica, and the exit status is 0', async () => {
    expect(await subscribed('replica')).toBeGreaterThan(0);
    await given('master', 'sub.db', 0o600, async () => {
      expect(await codes()).toEqual(['master user-files-not-accessible']);
      expect(await pair.syncUser('ada')).toMatchObject({ exit: 0 });
    });
    expect(await subscribed('replica')).toBe(0);
  }, 60_000);
});
