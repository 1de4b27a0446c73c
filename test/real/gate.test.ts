/** The gates before a role change and after a crash, on real servers. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mailboxDirectory } from '../../fixtures/make/damage.js';
import { as, deliver } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { mustRun } from '../../fixtures/make/process.js';
import type { GateCheckName, GateReport } from '../../src/generated/gate.js';
import { runCli } from '../support/cli.js';
import { editIndex, indexField } from '../support/edit-side.js';

let pair: Pair;
let work: string;

const log = (name = 'log'): string => join(pair.master.configdirectory, 'sync', name);

/** As the user who reads it. */
async function writeLog(lines: string | Buffer): Promise<void> {
  writeFileSync(log(), lines);
  await mustRun(['chown', 'cyrus:mail', log()]);
}

function gate(question: GateReport['question'], ...options: readonly string[]): GateReport {
  const file = join(work, 'gate.json');
  const { status, stderr } = runCli([
    'gate',
    question,
    pair.master.confFile,
    pair.replica.confFile,
    '--report',
    `json=${file}`,
    ...options,
  ]);
  const answer = JSON.parse(readFileSync(file, 'utf8')) as GateReport;
  expect([stderr, status]).toEqual(['', { go: 0, 'go-except': 1, stop: 2 }[answer.answer]]);
  return answer;
}

const failed = ({ checks }: GateReport): GateCheckName[] =>
  checks.filter(({ passed }) => !passed).map(({ name }) => name);

const evidence = ({ checks }: GateReport, name: GateCheckName): string =>
  checks.find((check) => check.name === name)!.evidence.join('\n');

/** Types what the gate says for the master, as far as it is for sync_client or the log. */
async function follow(answer: GateReport): Promise<void> {
  for (const { on, command = '' } of answer.steps) {
    if (on !== 'master' || !command.startsWith('sync_client ')) continue;
    for (const part of command.split(' && ')) {
      const [program, ...words] = part.split(' ');
      if (program === 'rm') rmSync(words[0]!);
      else expect((await pair.sync(words.slice(2))).exit).toBe(0);
    }
  }
}

beforeEach(async () => {
  if (whyNoCyrus() !== undefined) return;
  work = mkdtempSync(join(tmpdir(), 'cyraudit-gate-'));
  pair = await startPair();
  await as(pair.master, 'cyrus', async (admin) => {
    for (const name of ['user.ada', 'user.ben', 'news']) await admin.create(name);
    await admin.setAcl('news', 'anyone', 'lrsip');
  });
  for (const name of ['ada', 'ben']) await as(pair.master, name, (client) => deliver(client, 'INBOX', 1));
  for (const run of [await pair.syncRolling(), await pair.syncAll()]) expect(run.exit).toBe(0);
});
afterEach(async () => {
  if (whyNoCyrus() !== undefined) return;
  await pair.dispose();
  rmSync(work, { recursive: true });
});

describe.skipIf(whyNoCyrus() !== undefined)('failover', { timeout: 120_000 }, () => {
  test('goes after a clean shutdown', async () => {
    await pair.master.stop();
    const answer = gate('failover');
    expect([answer.answer, failed(answer)]).toEqual(['go', []]);
    expect(evidence(answer, 'master-stopped')).toMatch(/^no program of Cyrus runs with /);
    expect(answer.steps.map(({ command }) => command)).toContain(`sync_client -C ${pair.replica.confFile} -v -A`);
  });

  test('stops while a process of the master is alive, one that only waits included', async () => {
    const idle = gate('failover');
    expect([idle.answer, failed(idle)]).toEqual(['stop', ['master-stopped']]);
    // Neither has a file in proc/.
    expect(evidence(idle, 'master-stopped')).toMatch(/process \d+ \(cyrmaster\) runs with /);
    expect(evidence(idle, 'master-stopped')).toMatch(/process \d+ \(imapd\) runs with /);
    expect(idle.steps[0]).toMatchObject({ on: 'master', command: 'systemctl stop cyrus-imapd' });
    const ada = await pair.master.imap('ada');
    await ada.command('SELECT INBOX');
    // That somebody says otherwise does not help.
    const served = gate('failover', '--master-is-down');
    expect(evidence(served, 'master-stopped')).toMatch(/process \d+ \(imapd, imap for ada\) runs with /);
    expect(failed(served)).toContain('master-stopped');
  });

  test('tells the files of dead processes from live ones', async () => {
    const ada = await pair.master.imap('ada');
    await ada.command('SELECT INBOX');
    await pair.master.kill();
    const answer = gate('failover');
    expect(evidence(answer, 'master-stopped')).toMatch(
      /run\/proc\/\d+ is stale: process \d+ \(imap for ada\) is not running; a crash left it/,
    );
    expect([answer.answer, failed(answer)]).toEqual(['go', []]);
  });

  test('stops for a pending log line, and goes when its commands were typed', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    await pair.master.stop();
    const answer = gate('failover');
    expect(failed(answer)).toEqual(['sync-logs', 'same-on-both-sides']);
    expect(evidence(answer, 'sync-logs')).toMatch(/^the default channel: MAILBOX user\.ada: record-only-on-master$/m);
    await follow(answer);
    expect(existsSync(log())).toBe(false);
    expect(gate('failover').answer).toBe('go');
  });

  test('stops for what a reader left, and goes when its commands were typed', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    renameSync(log(), log('log-4711'));
    await pair.master.stop();
    const answer = gate('failover');
    expect(failed(answer)).toEqual(['sync-logs', 'same-on-both-sides']);
    await follow(answer);
    expect(readdirSync(join(pair.master.configdirectory, 'sync'))).toEqual([]);
    expect(gate('failover').answer).toBe('go');
  });

  test('goes with a log of what has arrived, and says that it be put away', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    await as(pair.master, 'ben', (ben) => ben.read('news', '1:*'));
    expect((await pair.syncAll()).exit).toBe(0);
    expect(readFileSync(log(), 'utf8')).toMatch(/MAILBOX user\.ada/);
    await pair.master.stop();
    const answer = gate('failover');
    expect([answer.answer, failed(answer)]).toEqual(['go', []]);
    expect(answer.steps[1]).toMatchObject({ on: 'master', command: `mv ${log()} ${log()}.before-failover` });
  });

  test('stops for an UNUSER line, which real sync_client carries out on whoever came later', async () => {
    await as(pair.master, 'cyrus', async (admin) => {
      await admin.setAcl('user.ben', 'cyrus', 'lrsxc');
      await admin.delete('user.ben');
    });
    expect(readFileSync(log(), 'utf8')).toMatch(/^UNUSER ben$/m);
    await pair.master.stop();
    const answer = gate('failover');
    expect(failed(answer)).toContain('sync-logs');
    expect(evidence(answer, 'sync-logs')).toMatch(/UNUSER ben: it removes a user, and a side still has one/);

    // Carried out and kept: no user of that name on either side, so that it is harmless now.
    const kept = readFileSync(log());
    expect((await pair.syncRolling()).exit).toBe(0);
    await writeLog(kept);
    const gone = gate('failover');
    expect([gone.answer, failed(gone)]).toEqual(['go', []]);
    expect(gone.steps.map(({ command }) => command)).toContain(`mv ${log()} ${log()}.before-failover`);

    // The new master makes a user of that name anew, and the old log is replayed after all: he is gone at once.
    await as(pair.replica, 'cyrus', (admin) => admin.create('user.ben'));
    await as(pair.replica, 'ben', (ben) => deliver(ben, 'INBOX', 3));
    expect(evidence(gate('failover'), 'sync-logs')).toMatch(/UNUSER ben: it removes a user, and a side still has one/);
    await pair.syncRolling();
    // What he finds was made for his login.
    expect(await as(pair.replica, 'ben', (ben) => ben.uids('INBOX'))).toEqual([]);
  });

  test('stops for one record that differs although the CRCs agree, which real replication passes over', async () => {
    await pair.stop();
    editIndex(join(await mailboxDirectory(pair.replica, 'user.ada'), 'cyrus.index'), ({ records }) => {
      const { at } = indexField('record', 'systemFlags');
      records[0]!.writeUInt32BE(records[0]!.readUInt32BE(at) ^ 0x02, at);
    });
    await writeLog('MAILBOX user.ada\n');
    const answer = gate('failover');
    expect(failed(answer)).toEqual(['sync-logs', 'same-on-both-sides']);
    expect(evidence(answer, 'sync-logs')).toMatch(/MAILBOX user\.ada: .*record-differs-unseen/);
    // Alone replication does not help.
    await pair.replica.start();
    for (const run of [await pair.syncRolling(), await pair.syncAll()]) expect(run.exit).toBe(0);
    expect(failed(gate('failover'))).toEqual(['same-on-both-sides']);
  });
});

describe.skipIf(whyNoCyrus() !== undefined)('resume', { timeout: 120_000 }, () => {
  test('goes except for a split brain after a kill -9, and goes when its commands were typed', async () => {
    await as(pair.master, 'ada', (ada) => deliver(ada, 'INBOX', 2));
    await as(pair.replica, 'ada', (ada) => deliver(ada, 'INBOX', 3));
    await as(pair.master, 'ben', (ben) => deliver(ben, 'INBOX', 4));
    await pair.master.kill();
    const answer = gate('resume', '--into', work);
    expect([answer.answer, failed(answer)]).toEqual(['go-except', ['nobody-held']]);
    expect(answer.held).toEqual([{ userid: 'ada', codes: ['guid-mismatch'], reasons: [] }]);
    expect(answer.steps[0]).toMatchObject({ on: 'master', command: 'systemctl start cyrus-imapd' });
    // sync_client runs as another user.
    cpSync(work, join(pair.dir, 'plan'), { recursive: true, preserveTimestamps: true });
    chmodSync(join(pair.dir, 'plan'), 0o755);
    for (const { command = '' } of answer.steps) {
      if (!command.startsWith('sync_client ')) continue;
      const words = command
        .split(' ')
        .slice(3)
        .map((word) => word.replace(work, join(pair.dir, 'plan')));
      expect((await pair.sync(words)).exit).toBe(0);
    }
    expect(gate('resume', '--into', work).held.map(({ userid }) => userid)).toEqual(['ada']);
    // The administrator has seen that both messages are wanted.
    expect((await pair.syncUser('ada')).exit).toBe(0);
    expect(gate('resume').answer).toBe('go');
  });
});
