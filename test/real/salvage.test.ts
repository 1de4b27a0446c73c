/**
 * The stories of issue 8 on real servers: what a dead master's disk holds goes back into the server in service, and
 * replication then carries it everywhere. STORY_MESSAGES=3000 makes the first as large as it was.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { as, deliver, message, replicate } from '../../fixtures/make/drift.js';
import type { ImapClient } from '../../fixtures/make/imap-client.js';
import type { Conf } from '../../fixtures/make/imapd-conf.js';
import { startPair, whyNoCyrus, type Instance, type Pair } from '../../fixtures/make/instance.js';
import type { Manifest } from '../../src/generated/manifest.js';
import { cliFile, runCli, type Ran } from '../support/cli.js';
import { seeded } from '../support/encode/write-side.js';

const MESSAGES = Number(process.env['STORY_MESSAGES'] ?? 240);
const KILLS = 20;
const PASSWORD = { CYRAUDIT_IMAP_PASSWORD: 'x' };
const guid = (n: number): string => createHash('sha1').update(message(n)).digest('hex');

let work: string;
let pair: Pair;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'cyraudit-story-'));
});
afterEach(async () => {
  await pair.dispose();
  rmSync(work, { recursive: true });
});

const confOf = ({ dir }: Instance): string => join(dir, 'imapd.conf');

function salvaged(...args: string[]): { readonly ran: Ran; readonly manifest: Manifest } {
  const file = join(work, 'manifest.json');
  const sides = [confOf(pair.master), confOf(pair.replica)];
  const ran = runCli(['salvage', ...sides, '--report', 'text', '--report', `json=${file}`, ...args]);
  return { ran, manifest: JSON.parse(readFileSync(file, 'utf8')) as Manifest };
}

const reinjectArgs = (to: Instance, ...args: string[]): string[] => [
  ...['reinject', join(work, 'manifest.json'), '--to', `imap://127.0.0.1:${to.ports.imap}`, '--no-tls'],
  ...['--admin', 'cyrus', ...args],
];

interface OnServer {
  readonly mailbox: string;
  readonly guid: string;
  readonly flags: readonly string[];
  readonly internaldate: string;
}

/** Every message that a user sees. */
const seenBy = (side: Instance, user: string): Promise<OnServer[]> =>
  as(side, user, async (client: ImapClient) => {
    const found: OnServer[] = [];
    for (const line of await client.command('LIST "" *')) {
      const mailbox = /"([^"]+)"$|(\S+)$/.exec(line)!.slice(1).find(Boolean)!;
      const examined = await client.command(`EXAMINE "${mailbox}"`);
      if (examined.some((one) => one === '* 0 EXISTS')) continue;
      for (const one of await client.command('UID FETCH 1:* (DIGEST.SHA1 FLAGS INTERNALDATE)')) {
        const [, digest] = /DIGEST\.SHA1 (\w{40})/.exec(one) ?? [];
        const [, flags = ''] = /FLAGS \(([^)]*)\)/.exec(one) ?? [];
        const [, internaldate = ''] = /INTERNALDATE "([^"]*)"/.exec(one) ?? [];
        if (digest !== undefined)
          found.push({
            mailbox,
            guid: digest,
            flags: flags
              .split(' ')
              .filter((flag) => flag !== '\\Recent' && flag !== '')
              .sort(),
            internaldate,
          });
      }
    }
    return found;
  });

describe.skipIf(whyNoCyrus() !== undefined)('a split brain is healed', () => {
  test(`(a) ${MESSAGES} messages, (c) with reinject killed ${KILLS} times`, { timeout: 900_000 }, async () => {
    const random = seeded(8);
    pair = await startPair();
    const { master, replica } = pair;
    await as(master, 'cyrus', async (admin) => {
      for (const user of ['ada', 'ben']) await admin.create(`user.${user}`);
    });
    const flagsOf = (n: number): string[] =>
      [['\\Seen'], ['\\Flagged', '$Label1'], [], ['\\Answered', '\\Seen', 'Later']][n % 4]!;
    const ownerOf = (n: number): 'ada' | 'ben' => (n % 3 === 0 ? 'ben' : 'ada');
    /** Told by the server that it has them. */
    const accepted = new Set<number>();
    const add = async (client: ImapClient, n: number): Promise<void> => {
      await deliver(client, ownerOf(n) === 'ada' && n % 5 === 0 ? 'INBOX.Work' : 'INBOX', n, flagsOf(n));
      accepted.add(n);
    };
    await as(master, 'ada', (ada) => ada.create('INBOX.Work'));
    const common = Math.floor(MESSAGES / 4);
    for (const user of ['ada', 'ben'] as const)
      await as(master, user, async (client) => {
        for (let n = 1; n <= common; n++) if (ownerOf(n) === user) await add(client, n);
      });
    await replicate(pair);

    // The master dies while both users get mail.
    const from = common + 1;
    let delivered = 0;
    const loads = (['ada', 'ben'] as const).map(async (user) => {
      const client = await master.imap(user);
      for (let n = from; n < from + 10 * MESSAGES; n++) {
        if (ownerOf(n) !== user) continue;
        await add(client, n);
        delivered++;
      }
    });
    const ends = Promise.allSettled(loads);
    while (delivered < MESSAGES) await setTimeout(5);
    await master.kill();
    await ends;

    // The replica is promoted: mail comes in, a user expunges and flags what both sides had.
    const later = [...Array(20).keys()].map((n) => 1_000_000 + n);
    for (const user of ['ada', 'ben'] as const)
      await as(replica, user, async (client) => {
        for (const n of later) if (ownerOf(n) === user) await add(client, n);
      });
    const before = await seenBy(replica, 'ada');
    const inInbox = before.filter(({ mailbox }) => mailbox === 'INBOX');
    await as(replica, 'ada', async (ada) => {
      const uids = await ada.uids('INBOX');
      await ada.store('INBOX', String(uids[2]), '+', ['\\Draft']);
      await ada.expunge('INBOX', `${String(uids[0])},${String(uids[1])}`);
    });
    const expunged = new Set(inInbox.slice(0, 2).map((one) => one.guid));

    const { ran, manifest } = salvaged();
    expect([ran.status, ran.stderr]).toEqual([1, '']);
    expect(manifest.unaudited).toEqual([]);
    expect(manifest.counts.verdicts).toEqual({
      'never-seen': expect.any(Number) as unknown,
      'expunged-on-new': 2,
    });
    const lost = manifest.messages.filter(({ verdict }) => verdict === 'never-seen').map((one) => one.guid);
    // One more than was told may be on the disk: the server died before it could say so.
    const told = [...accepted].filter((n) => n >= from && n < 1_000_000).map(guid);
    expect(told.filter((one) => !lost.includes(one))).toEqual([]);
    expect(lost.length - told.length).toBeLessThanOrEqual(2);

    for (let kill = 0; kill < KILLS; kill++) await reinjectKilled(replica, random(12));
    const last = runCli(reinjectArgs(replica), PASSWORD);
    expect([last.status, last.stderr]).toEqual([0, '']);
    expect(last.stdout).toContain(
      `${lost.length} messages fetched back and proven by SHA-1`.replace(/^\d+/, (n) => Number(n).toLocaleString('en')),
    );

    // Real replication to the old machine, set up anew.
    await pair.stop();
    const copies = join(work, 'copies');
    mkdirSync(join(copies, 'replica'), { recursive: true });
    await replica.copyStopped(join(copies, 'master'));
    cpSync(join(copies, 'master/imapd.conf'), join(copies, 'replica/imapd.conf'));
    await pair.dispose();
    pair = await startPair({ from: copies });
    const synced = await pair.sync(['-A'], 300_000);
    expect([synced.exit, synced.stderr]).toEqual([0, expect.any(String)]);

    const expected = new Map<string, number>([...accepted].map((n) => [guid(n), n]));
    for (const one of expunged) expected.delete(one);
    for (const side of [pair.master, pair.replica]) {
      const seen = [...(await seenBy(side, 'ada')), ...(await seenBy(side, 'ben'))];
      const guids = seen.map((one) => one.guid);
      expect(new Set(guids).size).toBe(guids.length);
      expect([...expected.keys()].filter((one) => !guids.includes(one))).toEqual([]);
      expect(guids.filter((one) => expunged.has(one))).toEqual([]);
      expect(guids.filter((one) => !expected.has(one) && !lost.includes(one))).toEqual([]);
      for (const { guid: one, flags, mailbox } of seen) {
        const n = expected.get(one);
        if (n === undefined) continue;
        expect(mailbox).toBe(ownerOf(n) === 'ada' && n % 5 === 0 ? 'INBOX.Work' : 'INBOX');
        expect(flags.filter((flag) => flag !== '\\Draft')).toEqual([...flagsOf(n)].sort());
      }
    }
    expect(await seenBy(pair.replica, 'ada')).toEqual(await seenBy(pair.master, 'ada'));
  });

  test.each([
    ['that tells GUIDs', {}],
    ['that tells none', { suppress_capabilities: 'DIGEST=SHA1' }],
  ])(
    '(b) a message whose mailbox was deleted goes where it is asked for, on a server %s',
    { timeout: 120_000 },
    async (_, conf: Conf) => {
      pair = await startPair({ sideConf: { replica: conf } });
      const { master, replica } = pair;
      await as(master, 'cyrus', (admin) => admin.create('user.ada'));
      await as(master, 'ada', async (ada) => {
        await ada.create('INBOX.Work');
        await deliver(ada, 'INBOX.Work', 1);
      });
      await replicate(pair);
      await as(master, 'ada', async (ada) => {
        await deliver(ada, 'INBOX.Work', 2, ['\\Flagged', '$Label1']);
        await ada.annotate('INBOX.Work', '2', '/comment', 'priv', 'keep');
      });
      await master.kill();
      await as(replica, 'ada', (ada) => ada.delete('INBOX.Work'));
      const [capabilities] = await as(replica, 'ada', (ada) => ada.command('CAPABILITY'));
      expect(capabilities!.includes('DIGEST=SHA1')).toBe(conf['suppress_capabilities'] === undefined);

      const { ran, manifest } = salvaged();
      expect(ran.status).toBe(1);
      expect(manifest.messages.map(({ uid, verdict, recover }) => [uid, verdict, recover])).toEqual([
        [1, 'only-in-deleted', false],
        [2, 'in-deleted-mailbox', true],
      ]);
      expect(ran.stdout).toMatch(
        /NEW has no copy, and has deleted its mailbox[^]*NEW deleted its mailbox, now DELETED\.user\.ada\.Work\./,
      );

      const without = runCli(reinjectArgs(replica), PASSWORD);
      expect([without.status, without.stderr]).toEqual([1, '']);
      expect(without.stdout).toMatch(
        /user\.ada\.Work uid 2: its mailbox INBOX\.Work is gone: name another with --into/,
      );
      const plan = runCli(reinjectArgs(replica, '--into', 'Rettung für Ada', '--dry-run'), PASSWORD);
      expect(plan.stdout).toMatch(/would go into INBOX\.Rettung f&APw-r Ada\n1 message would be put back/);
      expect(await seenBy(replica, 'ada')).toEqual([]);
      expect(existsSync(join(work, 'manifest.json.journal'))).toBe(true);

      const done = runCli(reinjectArgs(replica, '--into', 'Rettung für Ada'), PASSWORD);
      expect([done.status, done.stderr, done.stdout]).toEqual([
        0,
        '',
        '1 message put back; 0 messages there before; 1 message fetched back and proven by SHA-1.\n',
      ]);
      expect(await seenBy(replica, 'ada')).toEqual([
        {
          mailbox: 'INBOX.Rettung f&APw-r Ada',
          guid: guid(2),
          flags: ['$Label1', '\\Flagged'],
          internaldate: '14-Nov-2023 22:02:00 +0000',
        },
      ]);
      const [note] = (
        await as(replica, 'ada', async (ada) => {
          await ada.command('EXAMINE "INBOX.Rettung f&APw-r Ada"');
          return ada.command('UID FETCH 1 (ANNOTATION (/comment (value.priv)))');
        })
      ).filter((line) => line.includes('FETCH'));
      expect(note).toContain('value.priv "keep"');

      // Once more changes nothing; a journal that is lost does not matter.
      rmSync(join(work, 'manifest.json.journal'));
      const again = runCli(reinjectArgs(replica, '--into', 'Rettung für Ada'), PASSWORD);
      expect([again.status, again.stdout.split('\n').at(-2)]).toEqual([
        0,
        '0 messages put back; 1 message there before; 1 message fetched back and proven by SHA-1.',
      ]);
      const refused = runCli(reinjectArgs(replica, '--into', 'x'), { CYRAUDIT_IMAP_PASSWORD: '' });
      expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('no password was given')]);

      // What its user has removed stays so, unless it is asked for.
      const wanted = salvaged('--include', 'deleted');
      expect(wanted.manifest.messages.map(({ uid, recover }) => [uid, recover])).toEqual([[1, true]]);
      expect(runCli(reinjectArgs(replica, '--into', 'INBOX'), PASSWORD).status).toBe(0);
      expect((await seenBy(replica, 'ada')).map((one) => [one.mailbox, one.guid])).toContainEqual(['INBOX', guid(1)]);
    },
  );
});

describe.skipIf(whyNoCyrus() !== undefined)('reinject on a server with other names, over STARTTLS', () => {
  test('(d) flags, shared mailboxes and names of every kind', { timeout: 120_000 }, async () => {
    chmodSync(work, 0o755);
    const [key, cert] = [join(work, 'key.pem'), join(work, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    chmodSync(key, 0o644);
    pair = await startPair({
      conf: { unixhierarchysep: 'yes', altnamespace: 'yes' },
      sideConf: { replica: { tls_server_cert: cert, tls_server_key: key } },
    });
    const { master, replica } = pair;
    const user = 'joe.smith';
    const names = ['Work', 'B&APw-cher/a.b', 'x[y]', 'two words'];
    await as(master, 'cyrus', async (admin) => {
      for (const name of [`user/${user}`, 'news', 'talk']) await admin.create(name);
      for (const name of ['news', 'talk']) await admin.setAcl(name, 'anyone', 'lrsip');
    });
    await as(master, user, async (joe) => {
      for (const name of names) await joe.create(name);
      await deliver(joe, 'INBOX', 1, ['\\Seen']);
    });
    await replicate(pair);
    await as(master, user, async (joe) => {
      for (const [n, name] of names.entries()) await deliver(joe, name, 10 + n, ['\\Answered', '$Label1']);
      await joe.store('INBOX', '1', '+', ['\\Flagged', 'Later']);
      await deliver(joe, 'INBOX', 20);
    });
    await as(master, 'cyrus', async (admin) => {
      for (const name of ['news', 'talk']) await deliver(admin, name, 30, ['\\Flagged']);
    });
    await master.kill();
    // A mailing list that both read: what the shared mailbox has is not in his.
    await as(replica, 'cyrus', (admin) => deliver(admin, 'news', 20));

    const { manifest } = salvaged('--include', 'flags');
    expect(manifest.counts.verdicts).toEqual({ 'never-seen': 7, 'flags-changed': 1 });
    const args = reinjectArgs(replica).filter((arg) => arg !== '--no-tls');
    const untrusted = runCli(args, PASSWORD);
    expect([untrusted.status, untrusted.stderr]).toEqual([3, expect.stringMatching(/self.signed certificate/i)]);
    const done = runCli([...args, '--ca', cert], PASSWORD);
    expect([done.status, done.stderr, done.stdout]).toEqual([
      0,
      '',
      '7 messages put back; 0 messages there before; 1 message flagged; 7 messages fetched back and proven by SHA-1.\n',
    ]);
    const seen = (await seenBy(replica, user)).map(({ mailbox, guid: one, flags }) => [mailbox, one, ...flags]);
    expect(seen.filter(([mailbox]) => !mailbox!.startsWith('Shared Folders/'))).toEqual(
      expect.arrayContaining([
        ['INBOX', guid(1), 'Later', '\\Flagged', '\\Seen'],
        ['INBOX', guid(20)],
        ...names.map((name, n) => [name, guid(10 + n), '$Label1', '\\Answered']),
      ]),
    );
    const shared = seen.filter(([mailbox]) => mailbox!.startsWith('Shared Folders/'));
    expect(shared.map(([mailbox, one]) => [mailbox, one]).sort()).toEqual(
      [
        ['Shared Folders/news', guid(20)],
        ['Shared Folders/news', guid(30)],
        ['Shared Folders/talk', guid(30)],
      ].sort(),
    );
    expect(seen).toHaveLength(names.length + 2 + 3);
    const again = runCli([...args, '--ca', cert], PASSWORD);
    expect([again.status, again.stdout.split('\n').at(-2)]).toEqual([
      0,
      '0 messages put back; 7 messages there before; 1 message flagged; 7 messages fetched back and proven by SHA-1.',
    ]);
  });
});

/** Starts reinject and ends it when its journal has grown by so many lines. */
async function reinjectKilled(to: Instance, lines: number): Promise<void> {
  const journal = join(work, 'manifest.json.journal');
  const count = (): number => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0);
  const until = count() + lines;
  const child = spawn(process.execPath, [cliFile, ...reinjectArgs(to)], {
    env: { ...process.env, ...PASSWORD },
    stdio: 'ignore',
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  while (child.exitCode === null && count() < until) await setTimeout(1);
  child.kill('SIGKILL');
  await gone;
  // What a crash leaves of a line.
  if (lines % 4 === 0) writeFileSync(journal, '{"state":"int', { flag: 'a' });
}
