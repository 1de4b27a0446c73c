/** The lists of a plan in the hands of real sync_client: those in them converge, those who are held are left alone. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { as, deliver } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus } from '../../fixtures/make/instance.js';
import type { HeldFile } from '../../src/generated/held.js';
import type { Report } from '../../src/generated/report.js';
import { runCli } from '../support/cli.js';

test.skipIf(whyNoCyrus() !== undefined)('a plan is carried out by sync_client', { timeout: 120_000 }, async () => {
  const work = mkdtempSync(join(tmpdir(), 'cyraudit-plan-'));
  const pair = await startPair();
  try {
    await as(pair.master, 'cyrus', async (admin) => {
      for (const name of ['user.ada', 'user.ben', 'news']) await admin.create(name);
      await admin.setAcl('news', 'anyone', 'lrsip');
    });
    for (const name of ['ada', 'ben']) await as(pair.master, name, (client) => deliver(client, 'INBOX', 1));
    for (const run of [await pair.syncRolling(), await pair.syncAll()]) expect(run.exit).toBe(0);
    // A split brain for ada, lag for ben and the shared mailbox.
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    await as(pair.replica, 'ada', (ada) => deliver(ada, 'INBOX', 3));
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 4));
    await as(pair.master, 'ben', (ben) => deliver(ben, 'news', 5));

    const file = join(work, 'report.json');
    const into = join(work, 'plan');
    mkdirSync(into);
    // sync_client runs as another user.
    for (const dir of [work, into]) chmodSync(dir, 0o755);
    const audit = (): Report => {
      runCli([
        'compare',
        join(pair.master.dir, 'imapd.conf'),
        join(pair.replica.dir, 'imapd.conf'),
        '--report',
        `json=${file}`,
      ]);
      return JSON.parse(readFileSync(file, 'utf8')) as Report;
    };
    const before = audit();
    const planned = runCli(['plan', file, '--into', into]);
    expect(planned).toMatchObject({ status: 1, stderr: '' });
    expect(planned.stdout).toMatch(/^1 user and 1 shared mailbox may be replicated, 1 is held\.$/m);

    for (const [option, list] of [
      ['-u', 'users.txt'],
      ['-m', 'mailboxes.txt'],
    ] as const)
      expect((await pair.sync([option, '-f', join(into, list)])).exit).toBe(0);
    const after = audit();
    const split = (of: Report): unknown => of.mailboxes.filter(({ mboxname }) => mboxname === 'user.ada');
    expect(split(after)).toEqual(split(before));
    expect(after.mailboxes.map(({ mboxname }) => mboxname)).toEqual(['user.ada']);

    // The administrator follows the advice; then nobody is held any more.
    expect((await pair.syncUser('ada')).exit).toBe(0);
    audit();
    const again = runCli(['plan', file, '--into', into]);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect((JSON.parse(readFileSync(join(into, 'held.json'), 'utf8')) as HeldFile).held).toEqual([]);
    expect(readFileSync(join(into, 'users.txt'), 'utf8')).toMatch(/\nada\nben\n$/);
  } finally {
    await pair.dispose();
    rmSync(work, { recursive: true });
  }
});

test('a report that is not of a pair of whole users is refused', () => {
  const work = mkdtempSync(join(tmpdir(), 'cyraudit-plan-'));
  const { status, stderr } = runCli(['plan', join(work, 'gone.json'), '--into', work]);
  expect([status, stderr]).toEqual([3, expect.stringMatching(/gone\.json: .*ENOENT/)]);
  rmSync(work, { recursive: true });
});
