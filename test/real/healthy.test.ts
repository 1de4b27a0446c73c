import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conf } from '../../fixtures/make/imapd-conf.js';
import { startPair, whyNoCyrus } from '../../fixtures/make/instance.js';
import type { Pair } from '../../fixtures/make/instance.js';
import type { Report } from '../../src/generated/report.js';
import { auditPair } from '../../src/run/audit.js';
import { fallBehind, fallBehindInInbox, lags, sharedLag } from './healthy/ordinary-lag.js';
import { each, namesUnder, numbersBelow, populate } from './healthy/users.js';

const kinds = Object.keys(lags);
/** For one command over the whole pair, while other tests use the machine. */
const TIMEOUT_MS = 120_000;

interface Healthy {
  readonly what: string;
  readonly users: number;
  readonly conf: Conf;
}

const pairs: readonly Healthy[] = [
  { what: '200 users', users: 200, conf: {} },
  {
    what: 'every option that names or places mailboxes otherwise',
    users: kinds.length,
    conf: {
      conversations: 'yes',
      reverseacls: 'yes',
      virtdomains: 'userid',
      defaultdomain: 'internal',
      unixhierarchysep: 'yes',
      altnamespace: 'yes',
      'metapartition-default': 'meta',
      metapartition_files: 'header index cache annotations archivecache',
      'archivepartition-default': 'archive',
      archive_enabled: 'yes',
      archive_after: '7d',
    },
  },
];

/** Everything that users do was done on the master only, and the pending log says so. */
describe.skipIf(whyNoCyrus() !== undefined).each(pairs)('a healthy pair that lags: $what', ({ users, conf }) => {
  let copies: string;
  let pair: Pair | undefined;
  let exits: readonly number[];
  const audit = (state: 'behind' | 'replicated', level: 'index' | 'files' | 'content'): Promise<Report> =>
    auditPair({ master: join(copies, state, 'master'), replica: join(copies, state, 'replica'), level });

  beforeAll(async () => {
    copies = await mkdtemp(join(tmpdir(), 'cyraudit-healthy-'));
    pair = await startPair({ conf });
    const names = namesUnder(conf);
    await populate(pair.master, { users, withFolders: kinds.length }, names);
    const first = await pair.sync(['-A'], TIMEOUT_MS);
    if (first.exit !== 0) throw new Error(`${first.command} => ${first.exit}: ${first.stderr}`);
    await expire(pair, 'master');
    await each(numbersBelow(users), async (number) => {
      const user = names.user(number);
      const kind = kinds[number];
      if (kind === undefined) await fallBehindInInbox(pair!, user);
      else await fallBehind(pair!, names, user, names.user((number + 1) % users), kind);
    });
    await sharedLag(pair, names);
    await pair.stop();
    await pair.copyStopped(join(copies, 'behind'));

    await pair.start();
    exits = [(await pair.sync(['-R', '-1'], TIMEOUT_MS)).exit, (await pair.sync(['-A'], TIMEOUT_MS)).exit];
    for (const role of ['master', 'replica'] as const) await expire(pair, role);
    await pair.stop();
    await pair.copyStopped(join(copies, 'replicated'));
  }, 4 * TIMEOUT_MS);

  afterAll(async () => {
    await pair?.dispose();
    await rm(copies, { recursive: true, force: true });
  });

  it.each(['index', 'files', 'content'] as const)('nothing is above safe at level %s', async (level) => {
    const report = await audit('behind', level);
    expect(aboveSafe(report)).toEqual([]);
    expect([report.verdict, report.complete, report.unaudited]).toEqual(['safe', true, []]);
    expect(report.counts.mailboxes).toMatchObject({ admin: 0, halt: 0 });
    // A pair on which nothing happened would prove nothing.
    expect(report.counts.mailboxes.safe).toBeGreaterThan(users);
  });

  it('the engine replicates it, and leaves nothing to report', async () => {
    expect(exits).toEqual([0, 0]);
    const report = await audit('replicated', 'content');
    expect([report.verdict, report.complete, report.counts.findings]).toEqual(['clean', true, {}]);
  });
});

/** What cron does every night on either side, which the other side learns of only by its own. */
const expire = (pair: Pair, role: 'master' | 'replica'): Promise<string> =>
  pair[role].mustTool(
    'cyr_expire',
    ...['-E', '1', '-X', '0', '-D', '0'],
    ...(pair[role].conf['archive_enabled'] === 'yes' ? ['-A', '7d'] : []),
  );

const aboveSafe = ({ findings, mailboxes, users }: Report): string[] =>
  [
    ...findings.map((finding) => ({ ...finding, of: 'pair' })),
    ...mailboxes.flatMap((one) => one.findings.map((finding) => ({ ...finding, of: one.mboxname }))),
    ...users.flatMap((one) => one.findings.map((finding) => ({ ...finding, of: one.userid }))),
  ]
    .filter((finding) => finding.class !== 'safe')
    .map(({ of, code, facts }) => `${of}: ${code} ${JSON.stringify(facts)}`);
