import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as, deliver, replicate } from '../../fixtures/make/drift.js';
import { startPair, whyNoCyrus, type Pair } from '../../fixtures/make/instance.js';
import { putSieveScript } from '../../fixtures/make/sieve-client.js';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import type { Item } from '../../src/inspect/inspection.js';
import { itemProblem } from '../support/inspect-schema.js';

/** Files of a user and of a server that few fixtures have, fresh from a real pair. */
describe.skipIf(whyNoCyrus() !== undefined)('files that real Cyrus wrote for a user', () => {
  let pair: Pair | undefined;
  let conf: string;

  beforeAll(async () => {
    pair = await startPair({
      conf: { conversations: 'yes', statuscache: 'yes', conversations_counted_flags: '\\Flagged' },
      sideConf: { master: { sync_cache_db_path: 'conf/cached' } },
    });
    const { master } = pair;
    await as(master, 'cyrus', async (cyrus) => {
      for (const user of ['ada', 'ben']) await cyrus.create(`user.${user}`);
      await cyrus.setQuota('user.ada', 1000);
    });
    await as(master, 'ada', async (ada) => {
      await ada.create('INBOX.Work');
      for (const n of [1, 2, 3]) await deliver(ada, 'INBOX', n);
      await ada.store('INBOX', '1', '+', ['\\Flagged', '$Label']);
      await ada.setAcl('INBOX', 'ben', 'lrs');
      await ada.subscribe('INBOX.Work');
      await ada.command('STATUS INBOX (MESSAGES UNSEEN HIGHESTMODSEQ)');
    });
    await as(master, 'ben', async (ben) => {
      await ben.read('user.ada', '2');
      await ben.command('STATUS user.ada (MESSAGES UNSEEN)');
      await ben.subscribe('user.ada');
    });
    await putSieveScript(master.ports.sieve, 'ada', 'keep', 'keep;\r\n');
    await replicate(pair);
    await pair.stop();
    conf = master.configdirectory;
  }, 120_000);
  afterAll(async () => {
    await pair?.dispose();
  });

  const files = (name: RegExp): string[] =>
    readdirSync(conf, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && name.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));

  const items = (file: string): Item[] => {
    const before = existsSync(file) ? readFileSync(file) : undefined;
    const { about, items: all } = inspectFile(file);
    const shown = [...all];
    for (const item of shown) expect(itemProblem(file, about, item)).toBeUndefined();
    expect(shown.filter(({ type }) => type === 'fault')).toEqual([]);
    if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true);
    return shown;
  };
  const all = (name: RegExp): Item[] => files(name).flatMap(items);

  test('statuscache.db', () => {
    expect(inspectFile(join(conf, 'statuscache.db')).about).toMatchObject({
      format: 'statuscache',
      formatVersion: '8',
      writtenBy: '3.2 to 3.8',
    });
    expect(all(/^statuscache\.db$/)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'status', mboxname: 'user.ada', messages: 3, uidnext: 4 }),
        expect.objectContaining({ type: 'status', mboxname: 'user.ada', userid: 'ada', unseen: 3 }),
        expect.objectContaining({ type: 'status', mboxname: 'user.ada', userid: 'ben', unseen: 2 }),
      ]),
    );
  });

  test('the sync cache, told by its content, holds what the index says', () => {
    const [cache] = files(/^cached$/);
    expect(inspectFile(cache!).about).toMatchObject({ format: 'sync-cache', backend: 'twoskip' });
    const entry = items(cache!).find(({ mboxname }) => mboxname === 'user.ada')!;
    const header = readdirSync(join(pair!.master.dir, 'spool'), { recursive: true, withFileTypes: true })
      .filter(({ name, parentPath }) => name === 'cyrus.index' && basename(parentPath) === entry['uniqueid'])
      .flatMap(({ parentPath }) => [...inspectFile(join(parentPath, 'cyrus.index')).items])
      .find(({ type }) => type === 'header')!;
    expect(entry).toMatchObject({
      type: 'cached-mailbox',
      partition: 'default',
      uidvalidity: header['uidvalidity'],
      highestmodseq: header['highestmodseq'],
      syncCrcBasic: header['syncCrcBasic'],
      syncCrcAnnot: header['syncCrcAnnot'],
      lastUid: 3,
    });
    expect(entry).not.toHaveProperty('unknown');
  });

  test('conversations.db', () => {
    const rows = all(/^conversations\.db$/);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'counted-flags', flags: ['\\Flagged'] }),
        expect.objectContaining({ type: 'conversation-folders', by: 'uniqueid' }),
        expect.objectContaining({ type: 'conversation', flagCounts: [1], formatVersion: '1' }),
        expect.objectContaining({ type: 'message-guid', formatVersion: '2' }),
        expect.objectContaining({ type: 'conversation-quota', emails: '4' }),
      ]),
    );
    // Three messages, and the script in #sieve.
    expect(rows.filter(({ type }) => type === 'conversation')).toHaveLength(4);
  });

  test('counters, seen state, subscriptions, quota, skipstamp', () => {
    expect(all(/^counters\.db$/)).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'counters' })]));
    expect(all(/^seen\.db$/)).toEqual([expect.objectContaining({ type: 'seen', sequence: '2' })]);
    expect(all(/^sub\.db$/)).toEqual(
      expect.arrayContaining([
        { type: 'version', version: 2 },
        { type: 'subscription', mboxname: 'INBOX.Work' },
        { type: 'subscription', mboxname: 'user.ada' },
      ]),
    );
    expect(all(/^user\.ada$/)).toMatchObject([{ type: 'quota', resources: { S: { limit: '1000' } } }]);
    expect(all(/^skipstamp$/)).toHaveLength(1);
  });

  test('sieve: bytecode, the link, and the mailbox that holds the source', () => {
    expect(all(/^keep\.bc$/)).toEqual([{ type: 'sieve-bytecode', script: 'keep' }]);
    expect(all(/^defaultbc$/)).toEqual([{ type: 'sieve-active-link', target: 'keep.bc', script: 'keep' }]);
    expect(all(/^mailboxes\.db$/)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'mailbox', mboxname: 'user.ada.#sieve', kind: 'sieve' }),
      ]),
    );
  });
});
