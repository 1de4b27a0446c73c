import { mkdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, deliver, replicate } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Instance, type Pair } from '../../fixtures/make/instance.js';
import { mustRun } from '../../fixtures/make/process.js';
import { asSieve, type SieveClient } from '../../fixtures/make/sieve-client.js';
import { observePair, type ObservedPair } from '../../fixtures/make/state.js';
import { makeTempDir } from '../../fixtures/make/temp-dir.js';
import type { Report } from '../../src/generated/report.js';
import { auditInThread } from '../support/audit-in-thread.js';
import { readSieveScripts, sha1, type SieveScripts } from './sieve-state.js';

const script = (n: string): string => `if header :contains "subject" "${n}" { discard; }\r\n`;

/** A script on each server of the pair. */
type On = (job: (client: SieveClient) => Promise<void>) => Promise<void>;

interface Drift {
  readonly master: On;
  readonly replica: On;
  /** Directory of the user's scripts. */
  readonly directoryOn: (role: 'master' | 'replica') => string;
  /** Puts scripts there as releases up to 3.4 keep them. */
  readonly older: (
    role: 'master' | 'replica',
    scripts: Readonly<Record<string, string>>,
    active: string,
  ) => Promise<void>;
}

interface Case {
  readonly userid: string;
  /** What both sides have before: `a` and `b`, and which is active; or nothing. */
  readonly common: 'a' | 'b' | 'nothing';
  readonly drift: (user: Drift) => Promise<unknown>;
  /** Codes of the user's own findings, with the script. */
  readonly found: readonly string[];
  /** Codes of the findings of his #sieve mailbox. */
  readonly mailbox?: readonly string[];
  /** What is there and what is run after rolling, -A, rolling: `a:a b:b >a`. */
  readonly master: string;
  readonly replica: string;
}

/** One user each. The script that stands first was stored first and has the lower UID. */
const cases: readonly Case[] = [
  {
    userid: 'same',
    common: 'a',
    drift: () => Promise.resolve(),
    found: [],
    master: 'a:a b:b >a',
    replica: 'a:a b:b >a',
  },
  {
    userid: 'stored',
    common: 'a',
    drift: ({ master }) => master((s) => s.put('c', script('c'))),
    found: [],
    mailbox: ['record-only-on-master'],
    master: 'a:a b:b c:c >a',
    replica: 'a:a b:b c:c >a',
  },
  {
    userid: 'changed',
    common: 'a',
    drift: ({ master }) => master((s) => s.put('a', script('a2'))),
    found: [],
    mailbox: ['expunge-pending', 'record-only-on-master'],
    master: 'a:a2 b:b >a',
    replica: 'a:a2 b:b >a',
  },
  {
    userid: 'newer',
    common: 'a',
    drift: ({ master }) => master((s) => s.activate('b')),
    found: [],
    mailbox: ['flags-pending'],
    master: 'a:a b:b >b',
    replica: 'a:a b:b >b',
  },
  {
    userid: 'older',
    common: 'b',
    drift: ({ master }) => master((s) => s.activate('a')),
    found: ['sieve-active-lost-on-replica'],
    mailbox: ['flags-pending'],
    master: 'a:a b:b >a',
    replica: 'a:a b:b',
  },
  {
    userid: 'olderback',
    common: 'b',
    drift: ({ replica }) => replica((s) => s.activate('a')),
    found: ['sieve-active-lost-on-master'],
    mailbox: ['flags-copied-back'],
    master: 'a:a b:b',
    replica: 'a:a b:b >a',
  },
  {
    userid: 'newerback',
    common: 'a',
    drift: ({ replica }) => replica((s) => s.activate('b')),
    found: [],
    mailbox: ['flags-copied-back'],
    master: 'a:a b:b >b',
    replica: 'a:a b:b >b',
  },
  {
    userid: 'storedback',
    common: 'a',
    drift: ({ replica }) => replica((s) => s.put('c', script('c'))),
    found: [],
    mailbox: ['record-only-on-replica'],
    master: 'a:a b:b c:c >a',
    replica: 'a:a b:b c:c >a',
  },
  {
    userid: 'none',
    common: 'a',
    drift: ({ master }) => master((s) => s.activate('')),
    found: [],
    mailbox: ['flags-pending'],
    master: 'a:a b:b',
    replica: 'a:a b:b',
  },
  {
    userid: 'removed',
    common: 'a',
    drift: ({ master }) =>
      master(async (s) => {
        await s.activate('');
        await s.remove('a');
      }),
    found: [],
    mailbox: ['expunge-pending'],
    master: 'b:b',
    replica: 'b:b',
  },
  {
    userid: 'unlinked',
    common: 'a',
    drift: ({ directoryOn }) => unlink(join(directoryOn('replica'), 'defaultbc')),
    found: ['sieve-active-differs'],
    master: 'a:a b:b >a',
    replica: 'a:a b:b',
  },
  {
    userid: 'unlinkedmaster',
    common: 'a',
    drift: ({ directoryOn }) => unlink(join(directoryOn('master'), 'defaultbc')),
    found: ['sieve-active-differs'],
    master: 'a:a b:b',
    replica: 'a:a b:b >a',
  },
  {
    // lmtpd compiles it again.
    userid: 'uncompiled',
    common: 'a',
    drift: ({ directoryOn }) => unlink(join(directoryOn('replica'), 'a.bc')),
    found: [],
    master: 'a:a b:b >a',
    replica: 'a:a b:b >a',
  },
  {
    userid: 'upgraded',
    common: 'nothing',
    drift: async ({ older }) => {
      await older('master', { a: script('a'), b: script('b') }, 'b');
      await older('replica', { a: script('a'), b: script('b') }, 'b');
    },
    found: [],
    master: 'a:a b:b >b',
    replica: 'a:a b:b >b',
  },
  {
    userid: 'upgradedmaster',
    common: 'nothing',
    drift: ({ older }) => older('master', { a: script('a') }, 'a'),
    found: ['sieve-active-pending', 'sieve-script-pending a'],
    master: 'a:a >a',
    replica: 'a:a >a',
  },
  {
    userid: 'upgradedreplica',
    common: 'nothing',
    drift: ({ older }) => older('replica', { a: script('a') }, 'a'),
    found: ['sieve-active-overwritten-on-replica', 'sieve-script-removed-on-replica a'],
    master: '',
    replica: '',
  },
  {
    userid: 'upgradedboth',
    common: 'nothing',
    drift: async ({ older }) => {
      await older('master', { a: script('a'), b: script('b') }, 'a');
      await older('replica', { a: script('a9'), c: script('c') }, 'c');
    },
    found: [
      'sieve-active-overwritten-on-replica',
      'sieve-script-overwritten-on-replica a',
      'sieve-script-pending b',
      'sieve-script-removed-on-replica c',
    ],
    master: 'a:a b:b >a',
    replica: 'a:a b:b >a',
  },
  {
    userid: 'upgradedleft',
    common: 'nothing',
    drift: async ({ master, older }) => {
      await older('replica', { a: script('a'), z: script('z') }, 'a');
      await master(async (s) => {
        await s.put('a', script('a'));
        await s.activate('a');
      });
    },
    found: ['sieve-script-removed-on-replica z'],
    mailbox: ['mailbox-only-on-master'],
    master: 'a:a >a',
    replica: 'a:a >a',
  },
  {
    userid: 'onlyreplica',
    common: 'nothing',
    drift: ({ replica }) => replica((s) => s.put('a', script('a'))),
    found: [],
    mailbox: ['mailbox-only-on-replica'],
    master: '',
    replica: 'a:a',
  },
];

/** Sieve scripts are what nobody looks at before a failover. */
describe.skipIf(whyNoCyrus() !== undefined)('sieve scripts of real pairs', () => {
  let pair: Pair | undefined;
  let report: Report;
  let after: Readonly<Record<'master' | 'replica', ReadonlyMap<string, SieveScripts>>>;
  const names = new Map(['a', 'a2', 'a9', 'b', 'c', 'z'].map((n): [string, string] => [script(n), n]));

  beforeAll(async () => {
    pair = await startPair();
    const { master, replica } = pair;
    await as(master, 'cyrus', async (cyrus) => {
      for (const { userid } of cases) await cyrus.create(`user.${userid}`);
    });
    for (const { userid, common } of cases) {
      await as(master, userid, (user) => deliver(user, 'INBOX', 1));
      if (common === 'nothing') continue;
      await asSieve(master.ports.sieve, userid, async (s) => {
        await s.put('a', script('a'));
        await s.put('b', script('b'));
        await s.activate(common);
      });
    }
    await replicate(pair);
    const { master: before } = await observePair(pair);
    for (const { userid, drift } of cases) {
      const on =
        (side: Instance): On =>
        (job) =>
          asSieve(side.ports.sieve, userid, job);
      const directoryOn = (role: 'master' | 'replica'): string => {
        const id = before.reduced.mailboxes[`user.${userid}`]!.uniqueid;
        return join(pair![role].configdirectory, 'sieve/uuid', id[0]!, id[1]!, id);
      };
      await drift({
        master: on(master),
        replica: on(replica),
        directoryOn,
        older: async (role, scripts, active) => {
          const directory = directoryOn(role);
          await mkdir(directory, { recursive: true });
          for (const [name, text] of Object.entries(scripts)) {
            const path = join(directory, `${name}.script`);
            await writeFile(path, text);
            await mustRun(['/usr/lib/cyrus/bin/sievec', path, join(directory, `${name}.bc`)]);
          }
          await symlink(`${active}.bc`, join(directory, 'defaultbc'));
          await mustRun(['chown', '-R', 'cyrus:mail', join(pair![role].configdirectory, 'sieve')]);
        },
      });
    }
    await pair.stop();
    const copy = await makeTempDir('cyraudit-sieve-');
    try {
      await pair.copyStopped(copy.path);
      report = await auditInThread(
        { master: join(copy.path, 'master'), replica: join(copy.path, 'replica') },
        { level: 'index' },
      );
    } finally {
      await copy.remove();
    }
    await pair.start();
    await replicate(pair);
    await pair.stop();
    const state = await observePair(pair);
    after = { master: await scriptsOn(master, state), replica: await scriptsOn(replica, state) };
  }, 180_000);
  afterAll(async () => {
    await pair?.dispose();
  });

  async function scriptsOn(side: Instance, state: ObservedPair): Promise<ReadonlyMap<string, SieveScripts>> {
    const { mailboxes } = state[side.role].reduced;
    const found = new Map<string, SieveScripts>();
    for (const { userid } of cases) {
      const { uniqueid } = mailboxes[`user.${userid}`]!;
      found.set(userid, await readSieveScripts(side, userid, uniqueid, mailboxes[`user.${userid}.#sieve`]));
    }
    return found;
  }

  const shown = ({ scripts, run }: SieveScripts): string =>
    [...scripts]
      .map(([name, known]) => `${name}:${[...names].find(([text]) => sha1(Buffer.from(text)) === known)?.[1] ?? known}`)
      .sort()
      .concat(run === undefined ? [] : [`>${run}`])
      .join(' ');

  test('nothing is left unaudited', () => {
    expect(report.unaudited).toEqual([]);
  });

  test.each(cases)('$userid is told', ({ userid, found, mailbox }) => {
    const own = report.users.filter((user) => user.userid === userid).flatMap((user) => user.findings);
    const codes = own.map(({ code, facts }) => [code, facts['script']].filter((word) => word !== undefined).join(' '));
    expect(codes.sort()).toEqual(found);
    const ofMailbox = report.mailboxes.filter(({ mboxname }) => mboxname === `user.${userid}.#sieve`);
    const mailboxCodes = ofMailbox.flatMap(({ findings }) => findings.map(({ code }) => code));
    expect([...new Set(mailboxCodes)].sort()).toEqual(mailbox ?? []);
  });

  test.each(cases)('$userid is replicated as the findings say', ({ userid, master, replica }) => {
    expect(shown(after.master.get(userid)!)).toBe(master);
    expect(shown(after.replica.get(userid)!)).toBe(replica);
  });
});
