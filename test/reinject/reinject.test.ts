import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManifestMessage } from '../../src/generated/manifest.js';
import { Journal } from '../../src/reinject/journal.js';
import type { ReinjectOptions, ReinjectResult } from '../../src/reinject/options.js';
import { reinject } from '../../src/reinject/reinject.js';
import { TestImapServer, type TestImapOptions } from '../support/imap-server.js';
import { messageBytes } from '../support/salvage/split-pair.js';

let dir: string;
let server: TestImapServer | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cyraudit-reinject-'));
});
afterEach(() => {
  server?.stop();
  server = undefined;
  rmSync(dir, { recursive: true });
});

const digest = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

function wanted(n: number, more: Partial<ManifestMessage> = {}, bytes = messageBytes(n)): ManifestMessage {
  const source = join(dir, `${n}.`);
  writeFileSync(source, bytes);
  return {
    mboxname: 'user.ada',
    uid: n,
    guid: digest(bytes),
    verified: true,
    size: bytes.length,
    internaldate: '2026-01-01T00:00:00Z',
    internaldateEpoch: 1767225600,
    flags: { system: ['\\Seen'], user: [] },
    annotations: [],
    source,
    target: { mboxname: 'user.ada', exists: true },
    verdict: 'never-seen',
    why: '',
    recover: true,
    ...more,
  };
}

interface Ran {
  readonly result: ReinjectResult;
  readonly lines: readonly string[];
}

async function* given(messages: readonly ManifestMessage[]): AsyncGenerator<ManifestMessage> {
  await Promise.resolve();
  yield* messages;
}

async function run(
  messages: readonly ManifestMessage[],
  options: TestImapOptions,
  more: Partial<ReinjectOptions> = {},
): Promise<Ran> {
  server ??= await TestImapServer.start(options);
  const journal = Journal.open(join(dir, 'journal'), `127.0.0.1:${server.port}`, more.isDryRun === true);
  const lines: string[] = [];
  try {
    const result = await reinject({
      server: { host: '127.0.0.1', port: server.port, security: 'none', isInsecure: false },
      credentials: { admin: 'cyrus', password: 'x' },
      manifest: join(dir, 'manifest.json'),
      messages: given(messages),
      journal,
      isDryRun: false,
      connections: 1,
      onLine: (line) => lines.push(line),
      ...more,
    });
    return { result, lines };
  } finally {
    journal.close();
  }
}

const NONE = { appended: 0, present: 0, removed: 0, flagged: 0, verified: 0, failed: 0 };
const EMPTY = { INBOX: [] };

describe('a server that does not say where a message is', () => {
  test.each(['none', 'wrong'] as const)(
    'APPENDUID %s: what was put there is looked for and proven',
    async (appendUid) => {
      const { result, lines } = await run([wanted(1), wanted(2)], { mailboxes: EMPTY, appendUid });
      expect([result, lines]).toEqual([{ ...NONE, appended: 2, verified: 2 }, []]);
      expect(server!.guidsOf('INBOX')).toEqual([1, 2].map((n) => digest(messageBytes(n))));
    },
  );
});

describe('the connection breaks while a message is sent', () => {
  test.each([true, false])('stored %s: the next run puts each there once', { timeout: 20_000 }, async (isStored) => {
    const messages = [1, 2, 3].map((n) => wanted(n));
    const options = { mailboxes: EMPTY, cutAt: { append: 2, isStored } };
    await expect(run(messages, options)).rejects.toThrow(/the connection broke at APPEND/);
    const { result } = await run(messages, options);
    expect(result).toEqual({ ...NONE, appended: isStored ? 1 : 2, present: isStored ? 2 : 1, verified: 3 });
    expect(server!.guidsOf('INBOX').sort()).toEqual(messages.map(({ guid }) => guid).sort());
  });
});

describe('what counts as there', () => {
  test.each([
    ['other users and shared ones without a prefix', '(("INBOX." ".")) (("user." ".")) (("" "."))', 'news'],
    ['the mailbox of another user', '(("INBOX." ".")) (("user." ".")) (("" "."))', 'user.ben'],
    ['altnamespace', '(("" ".")) (("Other Users." ".")) (("Shared Folders." "."))', 'Shared Folders.news'],
  ])('not what others let the user see: %s', async (_, namespace, other) => {
    const { result } = await run([wanted(1)], { namespace, mailboxes: { ...EMPTY, [other]: [messageBytes(1)] } });
    expect(result).toEqual({ ...NONE, appended: 1, verified: 1 });
  });

  test('any mailbox of his own', async () => {
    const { result, lines } = await run([wanted(1)], { mailboxes: { ...EMPTY, 'INBOX.Work': [messageBytes(1)] } });
    expect([result, lines]).toEqual([
      { ...NONE, present: 1, verified: 1 },
      ['user.ada uid 1: is there: INBOX.Work uid 1'],
    ]);
  });

  test('a message of two shared mailboxes goes into both', async () => {
    const shared = (mboxname: string): ManifestMessage => wanted(1, { mboxname, target: { mboxname, exists: true } });
    const { result } = await run([shared('news'), shared('talk')], {
      // Of an administrator without an INBOX.
      namespace: 'NIL (("user." ".")) (("" "."))',
      mailboxes: { news: [], talk: [] },
    });
    expect(result).toEqual({ ...NONE, appended: 2, verified: 2 });
    expect([server!.guidsOf('news').length, server!.guidsOf('talk').length]).toEqual([1, 1]);
  });

  test('what is in a mailbox that cannot be read is told', async () => {
    const mailboxes = { ...EMPTY, 'INBOX.Work': [] };
    const { result, lines } = await run([wanted(1)], { mailboxes, unreadable: ['INBOX.Work'] });
    expect(result).toMatchObject({ appended: 1, failed: 1 });
    expect(lines).toEqual([expect.stringMatching(/^INBOX\.Work of user ada: could not be looked through.*I\/O error/)]);
  });
});

describe('what an earlier run says', () => {
  test('is left alone when somebody has removed it, and put back when the mailbox is another', async () => {
    await run([wanted(1)], { mailboxes: EMPTY });
    server!.mailboxes.get('INBOX')!.messages.length = 0;
    const { result, lines } = await run([wanted(1)], { mailboxes: EMPTY });
    expect(result).toEqual({ ...NONE, removed: 1 });
    expect(lines[0]).toMatch(/somebody has removed it since/);
    server!.create('INBOX');
    expect((await run([wanted(1)], { mailboxes: EMPTY })).result).toEqual({ ...NONE, appended: 1, verified: 1 });
  });
});

describe('flags', () => {
  test('that the server refuses leave the message and the other flags', async () => {
    const flags = { system: ['\\Seen'], user: ['$Ok', 'Bad'] };
    const { result, lines } = await run([wanted(1, { flags })], { mailboxes: EMPTY, refusedFlag: 'Bad' });
    expect(result).toEqual({ ...NONE, appended: 1, verified: 1, failed: 1 });
    expect(lines).toEqual(['user.ada uid 1: is there without Bad, which the server refuses']);
    expect([...server!.mailboxes.get('INBOX')!.messages[0]!.flags]).toEqual(['\\Seen', '$Ok']);
  });

  test('that only OLD has are added to the message under its UID', async () => {
    const target = { mboxname: 'user.ada', exists: true, uid: 2 };
    const message = wanted(1, { verdict: 'flags-changed', flagsToAdd: ['\\Flagged', 'Later'], target });
    const { result } = await run([message], { mailboxes: { INBOX: [messageBytes(1), messageBytes(1)] } });
    expect(result).toEqual({ ...NONE, flagged: 1 });
    expect(server!.mailboxes.get('INBOX')!.messages.map((one) => [...one.flags])).toEqual([[], ['\\Flagged', 'Later']]);
  });
});

describe('message files', () => {
  test.each([
    ['a device', () => wanted(1, { source: '/dev/zero' }), /no regular file/],
    ['another size', () => wanted(1, { size: 5 }), /expected 5 bytes, found \d+/],
    ['other bytes', () => wanted(1, { guid: 'a'.repeat(40) }), /expected SHA-1 a+, found/],
    ['none', () => wanted(1, { source: join(dir, 'none') }), /ENOENT/],
    [
      'a link',
      () => {
        const message = wanted(1);
        symlinkSync(message.source, join(dir, 'link'));
        return { ...message, source: join(dir, 'link') };
      },
      /ELOOP/,
    ],
  ])('%s is refused, and the others go on', async (_, make, problem) => {
    const { result, lines } = await run([make(), wanted(2)], { mailboxes: EMPTY });
    expect(result).toEqual({ ...NONE, appended: 1, verified: 1, failed: 1 });
    expect(lines[0]).toMatch(problem);
  });

  test.each([0, 1, 4096, 4097, 1024 * 1024, 1024 * 1024 + 1, 9 * 1024 * 1024 + 3])(
    'of %i bytes: it goes there and comes back whole, in pieces',
    async (size) => {
      const bytes = randomBytes(size);
      const { result } = await run([wanted(1, {}, bytes), wanted(2)], { mailboxes: EMPTY });
      expect(result).toEqual({ ...NONE, appended: 2, verified: 2 });
      expect(server!.guidsOf('INBOX')).toEqual([digest(bytes), digest(messageBytes(2))]);
      const fetched = Math.max(1, Math.ceil(size / (4 * 1024 * 1024)));
      expect(server!.told.filter((line) => line.includes('BODY.PEEK')).length).toBe(fetched + 1);
    },
  );

  test('a large one that is another when it is read again is not stored, and the others go on', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    const message = wanted(1, {}, bytes);
    server = await TestImapServer.start({ mailboxes: EMPTY });
    server.onLine = (line) => {
      if (!line.includes('APPEND')) return;
      bytes[2 * 1024 * 1024]! ^= 1;
      writeFileSync(message.source, bytes);
    };
    const { result, lines } = await run([message, wanted(2)], { mailboxes: EMPTY });
    expect(result).toEqual({ ...NONE, appended: 1, verified: 1, failed: 1 });
    expect(lines).toEqual([expect.stringMatching(/^user\.ada uid 1: .* when it was read again$/)]);
    expect(server.guidsOf('INBOX')).toEqual([digest(messageBytes(2))]);
  });

  test('a large one that the server refuses leaves the connection as it is', async () => {
    const message = wanted(1, { flags: { system: ['\\Seen'], user: ['Bad'] } }, randomBytes(2 * 1024 * 1024));
    const { result } = await run([message, wanted(2)], { mailboxes: EMPTY, refusedFlag: 'Bad' });
    expect(result).toEqual({ ...NONE, appended: 2, verified: 2, failed: 1 });
    expect(server!.connections).toBe(1);
  });
});

describe('several connections', () => {
  const USERS = ['ada', 'ben', 'cid', 'dan', 'eva', 'fay'];
  const ownedBy = (user: string, n: number): ManifestMessage => {
    const mboxname = `user.${user}`;
    return wanted(n, { mboxname, target: { mboxname, exists: true } });
  };
  /** Four for each user, those of a user together. */
  const many = (): ManifestMessage[] => USERS.flatMap((user, u) => [1, 2, 3, 4].map((n) => ownedBy(user, 10 * u + n)));

  test('serve as many users at the same time, and keep the order of each', async () => {
    const messages = many();
    const options = { mailboxes: EMPTY, appendTime: 20 };
    const { result, lines } = await run(messages, options, { connections: 3 });
    expect([result, lines]).toEqual([{ ...NONE, appended: 24, verified: 24 }, []]);
    expect([server!.mostAppends, server!.connections]).toEqual([3, USERS.length]);
    await expect.poll(() => server!.openConnections).toBe(0);
    const stored = server!.guidsOf('INBOX');
    expect(stored).not.toEqual(messages.map(({ guid }) => guid));
    for (const user of USERS) {
      const guids = messages.filter(({ mboxname }) => mboxname === `user.${user}`).map(({ guid }) => guid);
      expect(stored.filter((guid) => guids.includes(guid))).toEqual(guids);
    }
  });

  test('say what they do in the order of the manifest', async () => {
    const messages = many();
    const { lines } = await run(messages, { mailboxes: EMPTY }, { connections: 4, isDryRun: true });
    expect(lines).toEqual(messages.map(({ mboxname, uid }) => `${mboxname} uid ${String(uid)}: would go into INBOX`));
  });

  test('keep to the rate together', async () => {
    const started = performance.now();
    const messages = USERS.map((user, n) => ownedBy(user, n));
    const { result } = await run(messages, { mailboxes: EMPTY }, { connections: 6, rate: 10 });
    expect(result.appended).toBe(6);
    expect(performance.now() - started).toBeGreaterThan(490);
  });

  test('try a wrong password once for a user and once for the administrator', async () => {
    const refused = run(many(), { mailboxes: EMPTY, refusedLogins: ['', ...USERS] }, { connections: 6 });
    await expect(refused).rejects.toThrow(/the login was refused/);
    expect(server!.told.filter((line) => line.includes('AUTHENTICATE')).length).toBe(2);
  });

  test('end with the first that breaks, and the next run puts each there once', { timeout: 30_000 }, async () => {
    const options = { mailboxes: EMPTY, appendTime: 20, cutAt: { append: 5, isStored: true } };
    await expect(run(many(), options, { connections: 3 })).rejects.toThrow(/the connection broke at APPEND/);
    expect(server!.appends).toBeLessThan(12);
    const { result } = await run(many(), options, { connections: 3 });
    expect(result).toMatchObject({ verified: 24, failed: 0 });
    expect(server!.guidsOf('INBOX').sort()).toEqual(
      many()
        .map(({ guid }) => guid)
        .sort(),
    );
  });

  test('never put messages of two shared mailboxes into one at the same time', async () => {
    const gone = (mboxname: string, n: number): ManifestMessage =>
      wanted(n, { mboxname, target: { mboxname, exists: false } });
    const messages = [gone('news', 1), gone('news', 2), gone('talk', 3), gone('jobs', 4)];
    const options = { namespace: 'NIL (("user." ".")) (("" "."))', mailboxes: {}, appendTime: 20 };
    const { result } = await run(messages, options, { connections: 4, into: 'Rescued' });
    expect(result).toEqual({ ...NONE, appended: 4, verified: 4 });
    expect(server!.guidsOf('Rescued')).toEqual(messages.map(({ guid }) => guid));
    expect(server!.told.filter((line) => line.includes('CREATE')).length).toBe(1);
  });
});

test('no more than so many a second', async () => {
  const started = performance.now();
  const { result } = await run(
    [...Array(6).keys()].map((n) => wanted(n)),
    { mailboxes: EMPTY },
    { rate: 10 },
  );
  expect(result.appended).toBe(6);
  expect(performance.now() - started).toBeGreaterThan(490);
});

test('a user whose login is refused does not stop the others, and a wrong password does', async () => {
  const ben = { mboxname: 'user.ben', exists: true };
  const messages = [wanted(1), wanted(2, { mboxname: 'user.ben', target: ben })];
  const { result, lines } = await run(messages, { mailboxes: EMPTY, refusedLogins: ['ada'] });
  expect(result).toEqual({ ...NONE, appended: 1, verified: 1, failed: 1 });
  expect(lines[0]).toMatch(/user\.ada uid 1: .*the login for ada was refused/);
  server!.stop();
  server = undefined;
  await expect(run(messages, { mailboxes: EMPTY, refusedLogins: ['ada', ''] })).rejects.toThrow(/login was refused/);
});

test('a server that greets as if all was settled gets nothing without TLS', async () => {
  server = await TestImapServer.start({
    greeting: '* PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hello',
    mailboxes: EMPTY,
  });
  const address = { host: '127.0.0.1', port: server.port, security: 'starttls', isInsecure: false } as const;
  await expect(run([wanted(1)], { mailboxes: EMPTY }, { server: address })).rejects.toThrow(/no session/);
  expect(server.told.filter((line) => /APPEND|LIST/.test(line))).toEqual([]);
});

test('a plan sends nothing and writes no journal', async () => {
  const { result, lines } = await run([wanted(1), wanted(2, { size: 3 })], { mailboxes: EMPTY }, { isDryRun: true });
  expect(result).toEqual({ ...NONE, appended: 1, failed: 1 });
  expect(lines[0]).toBe('user.ada uid 1: would go into INBOX');
  expect(server!.appends).toBe(0);
  expect(() => readFileSync(join(dir, 'journal'))).toThrow(/ENOENT/);
});
