import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeValidator } from '../../src/cli/read-json.js';
import { readSchema } from '../../src/cli/report-schema.js';
import type { GateCheckName, GateQuestion, GateReport } from '../../src/generated/gate.js';
import { acceptFindings } from '../../src/accept/accept-findings.js';
import { checkMasterStopped } from '../../src/gate/checks.js';
import { gateText } from '../../src/gate/gate-text.js';
import { askGate, type GateOptions } from '../../src/run/gate.js';
import { writeSide } from '../support/encode/write-side.js';
import { editIndex, editRows, findRow, indexField, mailboxDir, makeUserMetaPath } from '../support/edit-side.js';

let dir: string;
let master: string;
let replica: string;
const content = { mailboxes: 6, messages: 5, seed: 1, mailboxesPerUser: 3 };
const INBOX = 'user.u000000';
const FOLDER = `${INBOX}.folder1`;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-gate-'));
  master = join(dir, 'master');
  replica = join(dir, 'replica');
  writeSide(master, content);
  cpSync(master, replica, { recursive: true, preserveTimestamps: true });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const validate = makeValidator(readSchema('gate'), 'gate');

async function ask(question: GateQuestion, options: Partial<GateOptions> = {}): Promise<GateReport> {
  const { gate } = await askGate({
    question,
    master,
    replica,
    masterIsDown: true,
    threads: 1,
    ...options,
  });
  expect(validate(gate)).toBeUndefined();
  return gate;
}

const failover = (options?: Partial<GateOptions>): Promise<GateReport> => ask('failover', options);

const failed = ({ checks }: GateReport): GateCheckName[] =>
  checks.filter(({ passed }) => !passed).map(({ name }) => name);

const evidence = ({ checks }: GateReport, name: GateCheckName): string =>
  checks.find((check) => check.name === name)!.evidence.join('\n');

function writeLog(lines: string, name = 'log', side = master): string {
  const path = join(side, 'conf/sync', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines);
  return path;
}

/** Takes a flag from one message of the replica, and keeps the stored sync CRC of the header. */
function flipFlagUnseen(mboxname: string): void {
  editIndex(join(mailboxDir(replica, mboxname), 'cyrus.index'), ({ records }) => {
    const { at } = indexField('record', 'systemFlags');
    records[0]!.writeUInt32BE(records[0]!.readUInt32BE(at) ^ 0x10, at);
  });
}

describe('failover', () => {
  test('goes when nothing is pending and both sides are the same', async () => {
    const gate = await failover();
    expect([gate.answer, failed(gate)]).toEqual(['go', []]);
    expect(gate.checks.map(({ name }) => name)).toEqual([
      'master-stopped',
      'sync-logs',
      'databases',
      'audit',
      'same-on-both-sides',
    ]);
    expect(evidence(gate, 'same-on-both-sides')).toBe('6 mailboxes and 2 users were compared, record by record');
    expect(gate.steps.at(-1)).toEqual({
      on: 'here',
      text: 'Audit the pair in its new roles.',
      command: `cyraudit compare ${replica} ${master}`,
    });
  });

  test('of a copy, whether the master runs cannot be seen, and somebody must say it', async () => {
    const gate = await failover({ masterIsDown: false });
    expect([gate.answer, failed(gate)]).toEqual(['stop', ['master-stopped']]);
    expect(evidence(gate, 'master-stopped')).toMatch(/cannot be told from here.*a copy or a disk of another machine/);
    expect(gate.steps.map(({ command }) => command)).toContain(
      `cyraudit gate failover ${master} ${replica} --master-is-down`,
    );
    expect(evidence(await failover(), 'master-stopped')).toMatch(/--master-is-down says that it does not/);
  });

  test('a file of a process in proc/ of a copy is told', async () => {
    mkdirSync(join(master, 'conf/proc'));
    writeFileSync(join(master, 'conf/proc/4711'), 'imap\tclient [192.0.2.1]\tada\tuser.ada\t\n');
    const gate = await failover({ masterIsDown: false });
    expect(evidence(gate, 'master-stopped')).toMatch(
      /conf\/proc\/4711: it cannot be told whether process 4711 \(imap for ada\) is still running/,
    );
  });

  describe('a log whose lines name what is the same on both sides is harmless', () => {
    test.each([
      `MAILBOX ${INBOX}\n`,
      `APPEND ${INBOX}\nMAILBOX ${INBOX}\n`,
      `DOUBLEMAILBOX ${INBOX} ${FOLDER}\n`,
      'USER u000000\nMETA u000001\n',
      'QUOTA user.u000000\n',
      'ANNOTATION ""\n',
      `ANNOTATION ${FOLDER}\n`,
      `SUB u000000 ${FOLDER}\n`,
      'MAILBOX user.gone\nRENAME user.gone user.gone.too\n',
      'UNUSER gone\nUNMAILBOX user.gone.folder\n',
    ])('%j', async (lines) => {
      const path = writeLog(lines);
      const gate = await failover();
      expect([gate.answer, failed(gate)]).toEqual(['go', []]);
      // Replayed by a master of the past it would do harm.
      expect(gate.steps.map(({ command }) => command)).toContain(`mv ${path} ${path}.before-failover`);
    });
  });

  describe('a line that is not proven harmless stops', () => {
    test.each<[string, RegExp]>([
      ['UNUSER u000000\n', /UNUSER u000000: it removes a user, and a side still has one/],
      [`UNMAILBOX ${FOLDER}\n`, /UNMAILBOX user\.u000000\.folder1: it removes a mailbox/],
      ['META nobody\n', /META nobody: not compared: a side has no INBOX/],
      ['SEEN cyrus 0123456789abcdef\n', /SEEN cyrus 0123456789abcdef: not compared/],
      ['FROBNICATE x\n', /FROBNICATE: a line of a type that is not known/],
      ['MAILBOX user.u0000', /log at byte 0: a line that cannot be read/],
      ['MAILBOX a b c\n', /log at byte 0: a line that cannot be read/],
    ])('%j', async (lines, expected) => {
      writeLog(lines);
      const gate = await failover();
      expect(gate.answer).toBe('stop');
      expect(failed(gate)).toContain('sync-logs');
      expect(evidence(gate, 'sync-logs')).toMatch(expected);
    });

    test.each(['log', 'log-run', 'log-4711', 'old/log-run'])('in %s', async (name) => {
      const path = writeLog('UNUSER u000001\n', name);
      const gate = await failover();
      expect(failed(gate)).toEqual(['sync-logs']);
      expect(gate.steps.some(({ command = '' }) => command.includes('sync_client -C'))).toBe(true);
      if (name === 'log-4711') expect(gate.steps[0]!.command).toMatch(new RegExp(`-R -f ${path} && rm ${path}$`));
      if (name === 'old/log-run')
        expect(evidence(gate, 'sync-logs')).toMatch(/channel old, which imapd\.conf does not name/);
    });

    test('of a channel that lies elsewhere', async () => {
      const elsewhere = join(dir, 'elsewhere');
      mkdirSync(elsewhere);
      writeFileSync(join(elsewhere, 'log'), 'UNUSER u000001\n');
      mkdirSync(join(master, 'conf/sync'));
      symlinkSync(elsewhere, join(master, 'conf/sync/far'));
      expect(failed(await failover())).toEqual(['sync-logs']);
    });

    test.each(['sites/far', '"" sites/far'])('of a channel with a slash in its name: %s', async (names) => {
      const conf = join(master, 'imapd.conf');
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}sync_log_channels: ${names}\n`);
      writeLog('UNUSER u000001\n', 'sites/far/log');
      const gate = await failover();
      expect(evidence(gate, 'sync-logs')).toMatch(/^channel sites\/far: UNUSER u000001: /);
      expect(gate.steps.some(({ command = '' }) => command.endsWith('-n sites/far -v -R -1'))).toBe(true);
    });

    test('of a channel that cannot be looked at', async () => {
      const conf = join(master, 'imapd.conf');
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}sync_log_channels: "" ../far\n`);
      const gate = await failover();
      expect(failed(gate)).toContain('sync-logs');
      expect(evidence(gate, 'sync-logs')).toMatch(/sync_log_channels: \.\.\/far is no directory below .*\/sync$/m);
    });

    test('in a log that cannot be read', async () => {
      const path = writeLog('');
      rmSync(path);
      symlinkSync(join(dir, 'nowhere'), path);
      const gate = await failover();
      expect(failed(gate)).toContain('sync-logs');
      expect(evidence(gate, 'sync-logs')).toMatch(/sync\/log: /);
      rmSync(path);
      mkdirSync(path);
      expect(failed(await failover())).toContain('sync-logs');
    });

    test('of a second channel', async () => {
      writeFileSync(
        join(master, 'imapd.conf'),
        `${readFileSync(join(master, 'imapd.conf'), 'utf8')}sync_log_channels: "" far\n`,
      );
      writeLog('UNUSER u000001\n', 'far/log');
      const gate = await failover();
      expect(evidence(gate, 'sync-logs')).toMatch(/^channel far: UNUSER u000001: /);
      expect(gate.steps.some(({ command = '' }) => command.endsWith('-n far -v -R -1'))).toBe(true);
    });
  });

  describe('what the replica has pending itself', () => {
    const writeReplicaLog = (lines: string, name = 'log'): string => writeLog(lines, name, replica);

    test('is named, and goes when all that it names is the same', async () => {
      const path = writeReplicaLog(`MAILBOX ${INBOX}\n`);
      const gate = await failover();
      expect([gate.answer, failed(gate)]).toEqual(['go', []]);
      expect(evidence(gate, 'sync-logs').split('\n')).toContain(
        `the replica's own log, the default channel: 1 line in ${path}: what every line names is the same on both sides`,
      );
      // A third server may need it.
      expect(gate.steps.some(({ command = '' }) => command.includes(path))).toBe(false);
    });

    test.each(['log', 'log-run', 'log-4711', 'gone/log', 'sites/gone/log'])(
      'stops in %s when a line is not proven harmless',
      async (name) => {
        const path = writeReplicaLog('UNUSER u000001\n', name);
        const gate = await failover();
        expect(failed(gate)).toEqual(['sync-logs']);
        expect(evidence(gate, 'sync-logs')).toMatch(
          /^the replica's own log, (the default channel|channel (sites\/)?gone): UNUSER u000001: it removes a user/,
        );
        expect(gate.steps[0]).toMatchObject({ on: 'replica', command: `mv ${path} ${path}.before-failover` });
      },
    );

    test('stops when it cannot be read', async () => {
      mkdirSync(join(replica, 'conf/sync/log'), { recursive: true });
      expect(failed(await failover())).toEqual(['sync-logs']);
    });

    test('is named before replication is resumed, and stops nobody', async () => {
      const path = writeReplicaLog('UNUSER u000001\n');
      const gate = await ask('resume');
      expect([gate.answer, failed(gate)]).toEqual(['go', []]);
      expect(evidence(gate, 'sync-logs').split('\n')).toContain(
        `the replica's own log, the default channel: 1 line in ${path}: changes of its own, which replication to it does not carry`,
      );
    });
  });

  test('one differing record stops, although the sync CRCs agree, named in a log or not', async () => {
    flipFlagUnseen(FOLDER);
    const alone = await failover();
    expect(failed(alone)).toEqual(['same-on-both-sides']);
    expect(evidence(alone, 'same-on-both-sides')).toMatch(/user\.u000000\.folder1 uid 1: .*\(record-differs-unseen\)/);
    writeLog(`MAILBOX ${FOLDER}\n`);
    const named = await failover();
    expect(failed(named)).toEqual(['sync-logs', 'same-on-both-sides']);
    expect(evidence(named, 'sync-logs')).toMatch(/MAILBOX user\.u000000\.folder1: .*record-differs-unseen/);
    // A line for the whole user means this mailbox too, one for another mailbox of his does not.
    writeLog('USER u000000\n');
    expect(evidence(await failover(), 'sync-logs')).toMatch(
      /USER u000000: user\.u000000\.folder1: .*record-differs-unseen/,
    );
    writeLog(`MAILBOX ${INBOX}\n`);
    expect(failed(await failover())).toEqual(['same-on-both-sides']);
  });

  const accepting =
    (...codes: readonly string[]): NonNullable<GateOptions['accept']> =>
    (report) =>
      acceptFindings(
        report,
        codes.map((code) => ({ code, reason: 'ticket', expires: '2999-01-01' })),
      );

  test('what somebody accepted still stops where a replica that takes over would lack something', async () => {
    flipFlagUnseen(FOLDER);
    const gate = await failover({ accept: accepting('record-differs-unseen', 'sync-crc-stale', 'counter-stale') });
    expect(failed(gate)).toEqual(['same-on-both-sides']);
    expect(evidence(gate, 'same-on-both-sides')).toMatch(
      /\(record-differs-unseen\): accepted, but a replica that takes over may lack it$/m,
    );
  });

  test('a damaged message file of the replica is not accepted away, that of the master is, and neither proves a line', async () => {
    const accept = accepting('message-file-missing');
    for (const [side, answer] of [
      [replica, 'stop'],
      [master, 'go'],
    ] as const) {
      const file = join(mailboxDir(side, FOLDER), '3.');
      const bytes = readFileSync(file);
      rmSync(file);
      expect((await failover({ accept })).answer, side).toBe(answer);
      const path = writeLog(`MAILBOX ${FOLDER}\n`);
      expect(failed(await failover({ accept })), side).toContain('sync-logs');
      rmSync(path);
      writeFileSync(file, bytes);
    }
  });

  test('what the replica alone has can be accepted', async () => {
    rmSync(mailboxDir(master, FOLDER), { recursive: true });
    editRows(master, (rows) => {
      const { key, uniqueid } = findRow(rows, FOLDER);
      rows.delete(key);
      rows.delete(`I${uniqueid}`);
    });
    expect(failed(await failover())).toEqual(['same-on-both-sides']);
    const gate = await failover({ accept: accepting('mailbox-only-on-replica') });
    expect([gate.answer, failed(gate)]).toEqual(['go', []]);
    expect(evidence(gate, 'same-on-both-sides')).toMatch(
      /^1 difference accepted, by which the replica lacks nothing$/m,
    );
  });

  test('at level index the answer says that message files were not looked at', async () => {
    rmSync(join(mailboxDir(replica, FOLDER), '3.'));
    const gate = await failover({ level: 'index' });
    expect(gate.answer).toBe('go');
    expect(gateText(gate, { color: false, width: 100 })).toMatch(
      /^GO: the replica has all records that the master has; whether it has their message files was not looked at\.\n/,
    );
    expect((await failover()).answer).toBe('stop');
  });

  test('a quota limit that differs stops', async () => {
    const path = join(replica, 'conf/quota/u', INBOX);
    writeFileSync(path, readFileSync(path, 'utf8').replace('1000000', '2000000'));
    writeLog(`QUOTA ${INBOX}\n`);
    const gate = await failover();
    expect(failed(gate)).toEqual(['sync-logs', 'same-on-both-sides']);
    expect(evidence(gate, 'sync-logs')).toMatch(/QUOTA user\.u000000: the master has S 1000000.*the replica S 2000000/);
  });

  test('a mailbox that only one side has stops', async () => {
    editRows(replica, (rows) => {
      const { key, uniqueid } = findRow(rows, FOLDER);
      rows.delete(key);
      rows.delete(`I${uniqueid}`);
    });
    writeLog(`MAILBOX ${FOLDER}\n`);
    const gate = await failover();
    expect(failed(gate)).toContain('same-on-both-sides');
    expect(evidence(gate, 'sync-logs')).toMatch(/the replica has no such mailbox/);
  });

  test('a damaged database stops, and nothing is proven by it', async () => {
    const path = join(replica, 'conf/mailboxes.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 64);
    writeFileSync(path, bytes);
    writeLog(`MAILBOX ${INBOX}\n`);
    const gate = await failover();
    expect(gate.answer).toBe('stop');
    expect(failed(gate)).toEqual(['sync-logs', 'databases', 'audit', 'same-on-both-sides']);
    // Nobody is told to replay anything over it.
    expect(gate.steps.some(({ command = '' }) => command.includes('sync_client'))).toBe(false);
  });

  test('what was not audited stops', async () => {
    rmSync(join(replica, 'conf/annotations.db'));
    mkdirSync(join(replica, 'conf/annotations.db'));
    const gate = await failover();
    expect(failed(gate)).toEqual(expect.arrayContaining(['audit', 'same-on-both-sides']));
    expect(evidence(gate, 'audit')).toMatch(/not audited: replica mailbox annotations/);
  });

  test('a blemish of one side alone is no difference', async () => {
    writeFileSync(join(mailboxDir(master, FOLDER), '99.'), 'x');
    expect((await failover()).answer).toBe('go');
  });

  test('paths of a copy are those of its machine', async () => {
    const conf = readFileSync(join(master, 'imapd.conf'), 'utf8').replaceAll(/: (conf|spool)$/gm, ': /srv/mail/$1');
    const root = join(dir, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    cpSync(master, join(root, 'srv/mail'), { recursive: true, preserveTimestamps: true });
    writeFileSync(join(root, 'etc/imapd.conf'), conf);
    mkdirSync(join(root, 'srv/mail/conf/sync'));
    writeFileSync(join(root, 'srv/mail/conf/sync/log'), `MAILBOX ${INBOX}\n`);
    const gate = await failover({ master: join(root, 'etc/imapd.conf'), masterRoot: root });
    expect(gate.steps.map(({ command }) => command)).toContain(
      'mv /srv/mail/conf/sync/log /srv/mail/conf/sync/log.before-failover',
    );
  });
});

describe('the process check', () => {
  const nobody = { found: { running: [], blind: [] }, before: [], proc: { entries: [], unread: [] } };
  const seen = { ...nobody, isSaidToBeDown: false, confFile: '/etc/imapd.conf' };

  test('passes when nothing runs, and says how it knows', () => {
    const { passed, evidence: lines } = checkMasterStopped(seen);
    expect([passed, lines]).toEqual([true, [expect.stringMatching(/^no program of Cyrus runs with /)]]);
  });

  test('fails for what ended while the pair was audited: what it wrote last was perhaps not looked at', () => {
    const before = [{ pid: 20, name: 'imapd', because: 'runs with /etc/imapd.conf' }];
    const { passed, evidence: lines } = checkMasterStopped({ ...seen, before, isSaidToBeDown: true });
    expect([passed, lines]).toEqual([false, ['process 20 (imapd) ended while the pair was audited']]);
  });
});

describe('resume', () => {
  test.each<[string, () => void]>([
    ['seen state', () => mkdirSync(makeUserMetaPath(replica, INBOX, 'seen'))],
    [
      'a mailbox',
      () => {
        const path = join(mailboxDir(replica, FOLDER), 'cyrus.annotations');
        rmSync(path, { force: true });
        mkdirSync(path);
      },
    ],
  ])('never goes with %s unread', async (_, make) => {
    make();
    const gate = await ask('resume');
    expect(gate.complete).toBe(false);
    expect([gate.answer, failed(gate)]).toEqual(['go-except', ['nobody-held']]);
  });

  test('goes when nothing stands in the way, whatever is pending', async () => {
    writeLog(`MAILBOX ${INBOX}\n`);
    const gate = await ask('resume');
    expect([gate.answer, failed(gate), gate.held]).toEqual(['go', [], []]);
    expect(evidence(gate, 'sync-logs')).toMatch(/^the default channel: 1 line in /);
  });

  test('goes except for those who are held', async () => {
    flipFlagUnseen(FOLDER);
    const gate = await ask('resume');
    expect([gate.answer, failed(gate)]).toEqual(['go-except', ['nobody-held']]);
    expect(gate.held.map(({ userid }) => userid)).toEqual(['u000000']);
    expect(gate.held[0]!.codes).toContain('record-differs-unseen');
    expect(evidence(gate, 'nobody-held')).toMatch(/^hold user u000000: .*record-differs-unseen/);
    expect(gate.steps.some(({ command = '' }) => command.endsWith('-u -f plan/users.txt'))).toBe(true);
    // Each can be pasted: the directory is made, and asked for again.
    expect(
      gate.steps.flatMap(({ command = '' }) => /^.*cyraudit (?=gate)|--into .*$/.exec(command)?.[0] ?? []),
    ).toEqual(['mkdir -p plan && cyraudit ', 'cyraudit ']);
    expect(gate.steps.at(-1)!.command).toMatch(/ --into plan$/);
    expect(gate.steps.some(({ command = '' }) => command.includes(' -A') || command.endsWith(' -r'))).toBe(false);
  });

  test('goes except for what is about the pair and blocks nobody', async () => {
    for (const side of [master, replica])
      editRows(side, (rows) => {
        const { key, uniqueid } = findRow(rows, FOLDER);
        rows.delete(key);
        rows.delete(`I${uniqueid}`);
      });
    const gate = await ask('resume');
    expect([gate.answer, failed(gate), gate.held]).toEqual(['go-except', ['nobody-held'], []]);
    expect(evidence(gate, 'nobody-held')).toMatch(/^look at master: .*\(orphan-directory\)$/m);
    expect(gateText(gate, { color: false, width: 100 })).toMatch(/^GO EXCEPT FOR what is named below\.\n/);
  });

  test('stops for a line that would destroy a user', async () => {
    editRows(master, (rows) => {
      for (const key of [...rows.keys()]) if (key.includes('u000001')) rows.delete(key);
    });
    writeLog('UNUSER u000001\n');
    const gate = await ask('resume');
    expect([gate.answer, gate.held]).toEqual(['stop', []]);
    expect(gate.steps.some(({ command = '' }) => command.includes('sync_client'))).toBe(false);
  });

  test('stops without a mailbox list', async () => {
    rmSync(join(master, 'conf/mailboxes.db'));
    const gate = await ask('resume');
    expect([gate.answer, gate.verdict]).toEqual(['stop', 'halt']);
  });
});

test('the answer for a person begins with it, and ends with what to type', async () => {
  writeLog('UNUSER u000001\n');
  const gate = await failover();
  const text = gateText(gate, { color: false, width: 100 });
  expect(text).toMatch(/^STOP: do not change the roles\.\n\npassed {2}The master is stopped\n/);
  expect(text).toMatch(/\nFAILED {2}The sync logs\n {8}the default channel: UNUSER u000001: /);
  expect(text).toMatch(/\nWhat remains, in this order:\n {2}1\. On the master: Replay/);
  for (const { command } of gate.steps) if (command !== undefined) expect(text).toContain(`\n       ${command}\n`);
});

test('what differs for a moment only is looked at again, and the command that asks again says so', async () => {
  flipFlagUnseen(FOLDER);
  const looking = failover({ recheck: 1, recheckDelay: 0.5 });
  // Before the second look, after the first: both take some ms.
  const settled = setTimeout(() => flipFlagUnseen(FOLDER), 400);
  const gate = await looking;
  clearTimeout(settled);
  expect([gate.answer, failed(gate)]).toEqual(['go', []]);
  writeLog('UNUSER u000001\n');
  const { steps } = await failover({ recheck: 1, recheckDelay: 0.1, words: ' --master-is-down' });
  expect(steps.at(-1)!.command).toBe(
    `cyraudit gate failover ${master} ${replica} --recheck 1 --recheck-delay 0.1 --master-is-down`,
  );
});

test('an audit of a part is never enough', async () => {
  const partly = { users: ['u000000'] } as Partial<GateOptions>;
  const gate = await failover(partly);
  expect([gate.answer, failed(gate)]).toEqual(['stop', ['audit']]);
  expect(evidence(gate, 'audit')).toMatch(/^only a part of the pair was audited$/m);
});

test('no number of lines is too much to tell', async () => {
  writeLog(Array.from({ length: 50_000 }, (_, n) => `UNMAILBOX ${INBOX}\nMETA nobody${String(n)}\n`).join(''));
  const { checks } = await failover();
  const { evidence: lines, notListed } = checks.find(({ name }) => name === 'sync-logs')!;
  expect([lines.length, notListed]).toEqual([20, 49_981]);
});
