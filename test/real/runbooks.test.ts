/**
 * Every runbook, step by step, as docs/runbooks/ tells it. `npm run runbooks` writes what was said onto the pages; a test
 * run holds it against them.
 */
import { chmodSync, existsSync, mkdtempSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { as, deliver } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { run } from '../../fixtures/make/process.js';
import { holdAgainstPage } from './runbooks/page.js';
import { Transcript } from './runbooks/transcript.js';

const SIDES = '/srv/master/imapd.conf /srv/replica/imapd.conf';
let pair: Pair;
let work: string;
let shell: Transcript;

describe.skipIf(whyNoCyrus() !== undefined)('the runbook', { timeout: 180_000 }, () => {
  beforeEach(async () => {
    work = mkdtempSync(join(tmpdir(), 'cyraudit-runbook-'));
    chmodSync(work, 0o755);
    pair = await startPair();
    shell = new Transcript(pair, work);
    await as(pair.master, 'cyrus', async (admin) => {
      for (const name of ['user.ada', 'user.ben', 'news']) await admin.create(name);
      await admin.setAcl('news', 'anyone', 'lrsip');
    });
    for (const [n, name] of ['ada', 'ben'].entries())
      await as(pair.master, name, (client) => deliver(client, 'INBOX', n + 1));
    for (const ran of [await pair.syncRolling(), await pair.syncAll()]) expect(ran.exit).toBe(0);
  });
  afterEach(async () => {
    await pair.dispose();
    rmSync(work, { recursive: true });
  });

  /** The same UID for two messages. */
  async function splitBrain(user: string): Promise<void> {
    await as(pair.master, user, (client) => deliver(client, 'INBOX', 12));
    await as(pair.replica, user, (client) => deliver(client, 'INBOX', 13));
  }

  test('nightly audit', async () => {
    const compare = `cyraudit compare ${SIDES} --quiet --report text --report json=/var/lib/cyraudit/monday.json`;
    const quiet = shell.type(compare);
    await splitBrain('ada');
    const mail = shell.type(compare.replace('monday', 'tuesday'));
    await splitBrain('ben');
    const next = shell.type(
      `${compare.replace('monday', 'wednesday')} --baseline /var/lib/cyraudit/tuesday.json`,
      'cyraudit render /var/lib/cyraudit/wednesday.json --to prometheus | grep -v "^#" | head -5',
    );
    writeFileSync(
      join(work, 'accept.json'),
      JSON.stringify(
        {
          accepted: [
            { code: 'guid-mismatch', mailbox: 'user.*', reason: 'ticket 4711: being recovered', expires: '2999-01-31' },
          ],
        },
        undefined,
        2,
      ),
    );
    const accepted = shell.type(
      'cat /var/lib/cyraudit/accept.json; echo',
      `cyraudit compare ${SIDES} --quiet --accept /var/lib/cyraudit/accept.json`,
    );
    holdAgainstPage('nightly-audit.md', { quiet, mail, next, accepted });
  });

  test('after a crash', async () => {
    await splitBrain('ada');
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 4));
    const ada = await pair.master.imap('ada');
    await ada.command('SELECT INBOX');
    await pair.master.kill();
    mkdirSync(join(work, 'plan'));
    const ask = shell.type(`cyraudit gate resume ${SIDES} --into /var/lib/cyraudit/plan`);
    await pair.master.start();
    chmodSync(join(work, 'plan'), 0o755);
    const safe = shell.type(
      'sync_client -C /srv/master/imapd.conf -v -u -f /var/lib/cyraudit/plan/users.txt',
      'sync_client -C /srv/master/imapd.conf -v -m -f /var/lib/cyraudit/plan/mailboxes.txt',
      'cat /var/lib/cyraudit/plan/held.txt',
    );
    const held = shell.type(
      'sync_client -C /srv/master/imapd.conf -v -u ada',
      `cyraudit gate resume ${SIDES} --into /var/lib/cyraudit/plan`,
    );
    holdAgainstPage('after-a-crash.md', { ask, safe, held });
  });

  test('planned role change', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    const early = shell.type(`cyraudit gate failover ${SIDES} | head -4`);
    await pair.master.stop();
    const stopped = shell.type(`cyraudit gate failover ${SIDES}`);
    const drained = shell.type(
      'sync_client -C /srv/master/imapd.conf -v -R -1',
      'sync_client -C /srv/master/imapd.conf -v -A',
      `cyraudit gate failover ${SIDES}`,
    );
    expect(drained).toMatch(/GO: /);
    holdAgainstPage('planned-role-change.md', { early, stopped, drained });
  });

  test('split brain', async () => {
    await as(pair.master, 'cyrus', (admin) => admin.create('user.eve'));
    await as(pair.master, 'eve', (eve) => eve.create('INBOX.Work'));
    for (const ran of [await pair.syncRolling(), await pair.syncAll()]) expect(ran.exit).toBe(0);
    await splitBrain('ada');
    await as(pair.replica, 'ben', (ben) => deliver(ben, 'INBOX', 14));
    await as(pair.replica, 'eve', (eve) => deliver(eve, 'INBOX.Work', 15, ['\\Flagged']));
    await as(pair.master, 'eve', (eve) => eve.delete('INBOX.Work'));
    const audit = shell.type(`cyraudit compare ${SIDES} --report text --report json=/var/lib/cyraudit/split.json`);
    mkdirSync(join(work, 'plan'));
    const plan = shell.type('cyraudit plan /var/lib/cyraudit/split.json --into /var/lib/cyraudit/plan');
    const merged = shell.type(
      'sync_client -C /srv/master/imapd.conf -v -u ada',
      `cyraudit compare ${SIDES} --user ada`,
    );
    const salvaged = shell.type(
      'cyraudit salvage /srv/replica/imapd.conf /srv/master/imapd.conf --user eve --report text --report json=/var/lib/cyraudit/eve.json',
    );
    writeFileSync(join(work, 'pw'), 'x\n', { mode: 0o600 });
    const reinject =
      'cyraudit reinject /var/lib/cyraudit/eve.json --to imaps://imap.example.org --admin cyrus --password-file /var/lib/cyraudit/pw --into Rescued';
    const reinjected = shell.type(`${reinject} --dry-run`, reinject);
    const after = shell.type(
      'sync_client -C /srv/master/imapd.conf -v -u eve',
      `cyraudit compare ${SIDES} --user eve --level content`,
    );
    expect(after).toMatch(/Replication may run: both sides hold the same state/);
    holdAgainstPage('split-brain.md', { audit, plan, merged, salvaged, reinjected, after });
  });

  test('gate on fixture spools', async () => {
    await splitBrain('ada');
    await pair.stop();
    const repo = join(work, 'pair');
    mkdirSync(repo);
    await pair.copyStopped(repo);
    const gate =
      'cyraudit compare pair/master pair/replica --level content --quiet --report text --report junit=gate.xml --report sarif=gate.sarif';
    const fails = shell.type(gate);
    writeFileSync(
      join(work, 'accept.json'),
      JSON.stringify({
        accepted: [
          { code: 'guid-mismatch', mailbox: 'user.ada', reason: 'the case under test', expires: '2999-12-31' },
        ],
      }),
    );
    const passes = shell.type(`${gate} --accept accept.json`, 'grep -c "<testcase" gate.xml');
    // Somebody breaks something else.
    const headers = ['grep', '-rlw', '--include=cyrus.header', 'user.ben', join(repo, 'replica/spool')];
    const spool = dirname((await run(headers)).stdout.trim());
    renameSync(join(spool, '1.'), join(spool, '1.gone'));
    const breaks = shell.type(
      `${gate} --accept accept.json | head -1`,
      'grep -o \'<failure type="[^"]*"\' gate.xml | sort | uniq -c',
    );
    holdAgainstPage('ci-gate.md', { fails, passes, breaks });
  });

  test.skipIf(!existsSync('/usr/bin/rsync'))('rsynced metadata', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    const copy = shell.type(
      ...['master', 'replica'].map(
        (side) =>
          `rsync -aR --exclude='[0-9]*.' /srv/${side}/imapd.conf /srv/${side}/conf /srv/${side}/spool /var/lib/cyraudit/${side}/`,
      ),
    );
    const audit = shell.type(
      'cyraudit compare /var/lib/cyraudit/master/srv/master/imapd.conf /var/lib/cyraudit/replica/srv/replica/imapd.conf --master-root /var/lib/cyraudit/master --replica-root /var/lib/cyraudit/replica --level index',
    );
    holdAgainstPage('from-rsynced-metadata.md', { copy, audit });
  });
});
