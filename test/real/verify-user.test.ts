/** The move of one user to another server, by real sync_client. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, deliver } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { runCli, startCli, type Ran } from '../support/cli.js';

let pair: Pair;

const words = (user: string, deadline: string): string[] => [
  'verify-user',
  user,
  pair.master.confFile,
  pair.replica.confFile,
  '--deadline',
  deadline,
];

const verify = (user: string, deadline = '30s'): Ran => runCli(words(user, deadline));

const PHASES =
  /^cyraudit: full pass \d+\.\d\d s; \d+ rounds? over what was changed since, \d+ mailbox(es)?, \d+\.\d\d s\n$/;

describe.skipIf(whyNoCyrus() !== undefined)('a user who moves', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    pair = await startPair();
    await as(pair.master, 'cyrus', async (admin) => {
      for (const name of ['user.ada', 'user.ben']) await admin.create(name);
      await admin.setQuota('user.ada', 10_000);
    });
    await as(pair.master, 'ada', async (ada) => {
      await ada.create('INBOX.Work');
      await ada.subscribe('INBOX.Work');
      for (let n = 1; n <= 3; n++) await deliver(ada, 'INBOX.Work', n, ['\\Flagged']);
    });
    // Of no concern: he stays.
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 9));
  });
  afterAll(() => pair.dispose());

  test('is not there before', () => {
    const { status, stdout } = verify('ada', '4s');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^DIFFERS user ada: \d+ differences after 4 s\.\n {2}user\.ada: /);
    expect(stdout).toMatch(/\(mailbox-only-on-master\)/);
  });

  test('is there after, while those who stay are not', async () => {
    expect((await pair.syncUser('ada')).exit).toBe(0);
    const { status, stdout, stderr } = verify('ada');
    expect([status, stdout]).toEqual([0, 'OK user ada: 2 mailboxes with 3 records are the same on both sides.\n']);
    expect(stderr).toMatch(PHASES);
    expect(verify('ada').stdout).toBe(stdout);
    expect(verify('ben', '4s').status).toBe(1);
  });

  test('arrives while it is waited for', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 4));
    const waiting = startCli(words('ada', '30s'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await pair.syncUser('ada')).exit).toBe(0);
    const { status, stdout } = await waiting;
    expect([status, stdout]).toEqual([0, 'OK user ada: 2 mailboxes with 4 records are the same on both sides.\n']);
  });

  test('a subscription that did not come along is told', async () => {
    await as(pair.master, 'ada', (ada) => ada.subscribe('INBOX'));
    const { status, stdout } = verify('ada', '4s');
    expect([status, stdout]).toEqual([
      1,
      'DIFFERS user ada: 1 difference after 4 s.\n  user ada: subscription to user.ada will be added on the replica (subscription-pending)\n',
    ]);
  });

  test('one whom nobody knows is an error in one line', () => {
    expect(verify('nobody')).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/^cyraudit: user nobody: [^\n]*\n$/) as string,
    });
  });
});
