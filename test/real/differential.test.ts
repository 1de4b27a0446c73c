/** What we read of a server against what its own tools print of it. */
import { spawn } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliver } from '../../fixtures/make/drift.js';
import { formatConf } from '../../fixtures/make/imapd-conf.js';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { until } from '../../fixtures/make/until.js';
import { bufferSource } from '../../src/bytes/byte-source.js';
import { openCyrusDb } from '../../src/formats/cyrusdb/open-cyrusdb.js';
import type { Item } from '../../src/inspect/inspection.js';
import { inspectFile } from '../../src/inspect/inspect-file.js';
import { openDatabase } from '../../src/sources/spool/open-database.js';
import type { MailboxList } from '../../src/sources/spool/mailbox-list.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide, type Side } from '../../src/sources/spool/open-side.js';
import { quotaRoots } from '../../src/sources/spool/quota-roots.js';
import { asShown, CyrusTools, type DbFormat } from '../support/cyrus-tools.js';
import { dumpedList, listAsDumped } from '../support/dumped-list.js';
import { type ExaminedMailbox, type ExaminedRecord, parseMbexamine } from '../support/parse-mbexamine.js';
import { startPopulatedServer, type PopulatedServer } from './populated-server.js';

interface Database {
  readonly kind: string;
  /** Below the side. */
  readonly path: RegExp;
  readonly format: 'twoskip' | 'skiplist' | 'flat';
  /** What one of them must hold here at least: an empty one would prove nothing. */
  readonly rows: number;
}

/** Each kind of database that a server has. */
const DATABASES: readonly Database[] = [
  { kind: 'mailbox list', path: /^conf\/mailboxes\.db$/, format: 'twoskip', rows: 20 },
  { kind: 'annotations', path: /^conf\/annotations\.db$/, format: 'twoskip', rows: 3 },
  { kind: 'message annotations', path: /\/cyrus\.annotations$/, format: 'twoskip', rows: 3 },
  { kind: 'subscriptions', path: /\/sub\.db$/, format: 'flat', rows: 3 },
  { kind: 'seen state', path: /\/seen\.db$/, format: 'twoskip', rows: 2 },
  { kind: 'conversations', path: /\/conversations\.db$/, format: 'skiplist', rows: 30 },
  { kind: 'status cache', path: /^conf\/statuscache\.db$/, format: 'twoskip', rows: 4 },
  { kind: 'duplicate deliveries', path: /^conf\/deliver\.db$/, format: 'twoskip', rows: 2 },
  { kind: 'TLS sessions', path: /^conf\/tls_sessions\.db$/, format: 'twoskip', rows: 1 },
  { kind: 'denied users', path: /^conf\/user_deny\.db$/, format: 'flat', rows: 1 },
  { kind: 'sync cache', path: /^conf\/sync_cache\.db$/, format: 'twoskip', rows: 10 },
];
const FORMATS = ['twoskip', 'skiplist', 'flat'] as const;
const EMPTY_TWOSKIP = 336;
/** What a crash leaves: no damage. */
const CRASHED = ['db-dirty', 'db-trailing-bytes'];

const filesBelow = (side: string): string[] =>
  readdirSync(side, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(side, join(entry.parentPath, entry.name)))
    .sort();

/** Our rows as Cyrus prints them; every check of the format holds but for `allowed`, and each key is found. */
function rowsOf(file: string, format: DbFormat, allowed: readonly string[] = []): Buffer {
  const opened = openDatabase(file);
  try {
    const { db } = opened;
    const faults = db?.verify() ?? opened.faults;
    expect(faults.filter(({ code }) => !allowed.includes(code) && code !== 'file-empty')).toEqual([]);
    if (db !== undefined) expect(db.format).toBe(format);
    for (const { key, value } of db?.rows() ?? []) expect(db!.get(key)?.equals(value)).toBe(true);
    return asShown(db);
  } finally {
    opened.close();
  }
}

const text = (bytes: Buffer): string => bytes.toString('latin1');

const namesOf = (list: MailboxList): string[] => [...list.names()].map(({ mboxname }) => mboxname());

describe.skipIf(whyNoCyrus() !== undefined)('a populated server and its own tools', () => {
  let server: PopulatedServer;
  let master: string;
  let side: Side;
  /** For files that the tools may write to. */
  let scratch: string;
  /** As after a start of the machine: a skiplist that is opened is recovered first. */
  let started: CyrusTools;
  beforeAll(async () => {
    server = await startPopulatedServer();
    master = join(server.copy, 'master');
    side = openSide({ role: 'single', source: master });
    scratch = join(server.copy, 'scratch');
    mkdirSync(scratch);
    mkdirSync(join(scratch, 'conf/db'), { recursive: true });
    const conf = { configdirectory: join(scratch, 'conf'), 'partition-default': join(scratch, 'spool') };
    writeFileSync(join(scratch, 'imapd.conf'), formatConf(conf));
    started = new CyrusTools(join(scratch, 'imapd.conf'));
    for (const path of ['', 'conf', 'conf/db']) chownSync(join(scratch, path), started.user.uid, started.user.gid);
  });
  afterAll(async () => {
    side.close();
    await server.dispose();
  });

  describe('databases', () => {
    const filesOf = ({ path }: Database): string[] => filesBelow(master).filter((file) => path.test(file));
    const largest = (database: Database): string =>
      filesOf(database)
        .map((path) => join(master, path))
        .sort((a, b) => statSync(b).size - statSync(a).size)[0]!;

    test.each(DATABASES)('$kind: every row as cyr_dbtool shows it', (database) => {
      const { format, rows } = database;
      let most = 0;
      for (const path of filesOf(database)) {
        const ours = rowsOf(join(master, path), format);
        const shown = server.tools.run('cyr_dbtool', [join(server.master.dir, path), format, 'show']);
        expect(text(ours)).toBe(text(shown));
        most = Math.max(most, openCyrusDb(bufferSource(readFileSync(join(master, path))), path).db?.count ?? 0);
      }
      expect(most).toBeGreaterThanOrEqual(rows);
    });

    test('there is none beside these', () => {
      // skipstamp is a time in four bytes. Each 256th second ends in what ends a line, and looks flat.
      const others = filesBelow(master)
        .filter((path) => !path.endsWith('/skipstamp') && !DATABASES.some((database) => database.path.test(path)))
        .filter((path) => openDatabase(join(master, path)).db !== undefined);
      expect(others).toEqual([]);
    });

    test('quota roots, of which each is a file', () => {
      const shown = server.tools.run('cyr_dbtool', [join(server.master.dir, 'conf/quota/'), 'quotalegacy', 'show']);
      const ours = [...quotaRoots(side.layout)].map((entry) => {
        if (entry.kind !== 'root') throw new Error(`${entry.kind} in the quota directory`);
        return `${entry.quotaroot}\t${text(entry.value)}\n`;
      });
      expect(ours.length).toBeGreaterThan(1);
      expect(ours.join('')).toBe(text(shown));
    });

    test.each(DATABASES)('$kind: the same rows in each format that Cyrus converts it to', (database) => {
      const from = largest(database);
      const converted = FORMATS.filter((format) => format !== database.format).map((format) => {
        const to = join(scratch, `${database.kind} as ${format}`);
        const original = `${to}, from`;
        copyFileSync(from, original);
        chownSync(original, server.tools.user.uid, server.tools.user.gid);
        server.tools.run('cvt_cyrusdb', [original, database.format, to, format]);
        return { format, to };
      });
      expect(converted).toHaveLength(2);
      for (const { format, to } of converted) {
        expect(text(rowsOf(to, format))).toBe(text(server.tools.show(to, format)));
        expect(openDatabase(to).db!.count).toBe(openDatabase(from).db!.count);
      }
    });

    /** A copy in which a writer was killed before it committed what it changed. */
    const killWriter = async (database: Database, format: (typeof FORMATS)[number]): Promise<string> => {
      const file = join(scratch, `${database.kind} in ${format}, killed`);
      const made = format === database.format ? largest(database) : join(scratch, `${database.kind} as ${format}`);
      copyFileSync(made, file);
      chownSync(file, server.tools.user.uid, server.tools.user.gid);
      const { ino, size, mtimeMs } = statSync(file);
      const writer = spawn(...server.tools.argv('cyr_dbtool', [file, format, 'batch']), {
        ...server.tools.user,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      writer.stdin.on('error', () => undefined);
      const ended = new Promise((resolve) => writer.once('exit', resolve));
      const plain = [...openDatabase(file).db!.rows()]
        .map(({ key }) => text(key))
        .filter((key) => /^[\w.]+$/.test(key));
      const lines = [
        'BEGIN',
        ...plain.slice(0, 3).map((key) => `DELETE ${key}`),
        ...Array.from({ length: 40 }, (_, i) => `SET zz${i * 7919} ${'v'.repeat(1 + i)}`),
        ...plain.slice(3, 9).map((key) => `SET ${key} replaced`),
      ];
      writer.stdin.write(`${lines.join('\n')}\n`);
      await until('the first change on disk', () => {
        const now = statSync(file);
        const isChanged = now.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs || existsSync(`${file}.NEW`);
        return isChanged ? Promise.resolve() : Promise.reject(new Error('none'));
      });
      writer.kill('SIGKILL');
      await ended;
      return file;
    };

    test.each(FORMATS)('%s: what a killed writer had not committed is not there', async (format) => {
      for (const database of DATABASES) {
        const file = await killWriter(database, format);
        const ours = text(rowsOf(file, format, CRASHED));
        expect(ours).not.toContain('zz7919');
        expect(ours).toBe(text(started.show(file, format)));
        const rows = [...openDatabase(file).db!.rows()];
        expect(rows).toHaveLength([...openDatabase(largest(database)).db!.rows()].length);
      }
    });
  });

  describe('cyrus.index and cyrus.header', () => {
    /** As mbexamine names them, by bit. */
    const OPTIONS = ['POP3_NEW_UIDL', undefined, 'IMAP_SHAREDSEEN', 'IMAP_DUPDELIVER', 'IMAP_HAS_ALARMS'];
    const FLAGS: Readonly<Record<string, string>> = {
      SEEN: '\\Seen',
      DRAFT: '\\Draft',
      DELETED: '\\Deleted',
      FLAGGED: '\\Flagged',
      ANSWERED: '\\Answered',
      ARCHIVED: 'archived',
    };
    const itemsOf = (file: string): Item[] => {
      const items = [...inspectFile(file).items];
      expect(items.filter(({ type }) => type === 'fault')).toEqual([]);
      return items;
    };

    /** What mbexamine says of a record, in the fields of our inspection. */
    const asItem = (record: ExaminedRecord, { minorVersion, userFlags: names }: ExaminedMailbox): Item => {
      const { uid, internaldate, sentdate, savedate, size, headerSize, lastUpdated, cacheVersion } = record;
      const { guid = '', modseq = '0', thrid = '0', flagNames, userFlags } = record;
      return {
        ...{
          type: 'record',
          uid,
          internaldate,
          sentdate,
          savedate,
          size,
          headerSize,
          lastUpdated,
          cacheVersion,
          modseq,
        },
        guid: minorVersion < 10 ? '0'.repeat(40) : guid,
        cid: thrid.padStart(16, '0'),
        flags: [...flagNames.map((flag) => FLAGS[flag]!), ...userFlags.map((n) => names[n]!.toLowerCase())].sort(),
      };
    };
    const sortedFlags = (item: Item): Item => ({ ...item, flags: [...(item['flags'] as string[])].sort() });

    const compare = (examined: ExaminedMailbox, headerFile: string, indexFile: string): void => {
      const [mailboxHeader] = itemsOf(headerFile);
      const { acl, userFlags = [] } = mailboxHeader as unknown as {
        acl: readonly { identifier: string; rights: string }[];
        userFlags?: readonly (string | null)[];
      };
      expect(mailboxHeader!['uniqueid']).toBe(examined.uniqueid);
      expect(acl.map(({ identifier, rights }) => `${identifier}\t${rights}\t`).join('')).toBe(examined.acl);
      expect(userFlags).toEqual(examined.userFlags);

      const [header, ...records] = itemsOf(indexFile);
      const { generationNo, minorVersion, startOffset, recordSize, exists, lastAppenddate, uidvalidity } = examined;
      const { lastUid, deleted, answered, flagged, pop3LastLogin, highestmodseq } = examined;
      expect(header).toMatchObject({
        ...{ generationNo, minorVersion, startOffset, recordSize, exists, lastAppenddate, uidvalidity },
        ...{ lastUid, deleted, answered, flagged, pop3LastLogin, highestmodseq },
        quotaMailboxUsed: String(examined.quotaMailboxUsed),
        quotaAnnotUsed: String(examined.quotaAnnotUsed),
      });
      const options = Number(header!['options']);
      expect(OPTIONS.filter((name, bit) => name !== undefined && (options >>> bit) & 1)).toEqual(examined.options);
      const live = records.filter(({ flags }) => !(flags as readonly string[]).includes('expunged'));
      expect(live.map(sortedFlags)).toMatchObject(examined.records.map((record) => asItem(record, examined)));
    };

    test('every field of every mailbox and record as mbexamine prints it', () => {
      const list = openMailboxList(side)!;
      const live = namesOf(list).filter((mboxname) => !list.byName(mboxname)!.mbtype.deleted);
      const examined = parseMbexamine(server.tools.run('mbexamine', []));
      expect(examined.map(({ name }) => name).sort()).toEqual(live.sort());
      const seen = { records: 0, expunged: 0 };
      for (const mailbox of examined) {
        const dirs = side.layout.mailboxDirs(list.byName(mailbox.name)!)!;
        expect(relative(master, dirs.data)).toBe(relative(server.master.dir, mailbox.path));
        compare(mailbox, dirs.metaOf('header'), dirs.metaOf('index'));
        seen.records += mailbox.records.length;
        seen.expunged += itemsOf(dirs.metaOf('index')).length - 1 - mailbox.records.length;
      }
      const flags = new Set(examined.flatMap(({ records }) => records.flatMap(({ flagNames }) => flagNames)));
      expect([...flags].sort()).toEqual(Object.keys(FLAGS).sort());
      expect(Math.max(...examined.flatMap(({ records }) => records.flatMap((one) => one.userFlags)))).toBe(98);
      expect(seen).toEqual({ records: 17, expunged: 2 });
    });

    test('every item of every cache record as mbexamine prints it', () => {
      const ITEMS: Readonly<Record<string, string>> = {
        Envel: 'envelope',
        BdyStr: 'bodystructure',
        Body: 'body',
        CacHdr: 'headers',
        From: 'from',
        To: 'to',
        Cc: 'cc',
        Bcc: 'bcc',
        Subjct: 'subject',
      };
      const list = openMailboxList(side)!;
      let compared = 0;
      for (const mailbox of parseMbexamine(server.tools.run('mbexamine', []))) {
        const dirs = side.layout.mailboxDirs(list.byName(mailbox.name)!)!;
        const records = new Map(itemsOf(dirs.metaOf('index')).map((item) => [item['uid'], item]));
        for (const { uid, cache, flagNames } of mailbox.records) {
          const file = dirs.metaOf(flagNames.includes('ARCHIVED') ? 'archivecache' : 'cache');
          const item = itemsOf(file).find(({ offset }) => offset === records.get(uid)!['cacheOffset']);
          const expected = Object.fromEntries([...cache].map(([name, value]) => [ITEMS[name]!, value]));
          expect(Object.keys(expected)).toHaveLength(9);
          expect(item).toMatchObject({ type: 'record', ...expected });
          compared++;
        }
      }
      expect(compared).toBe(17);
    });

    test.each([16, 15, 14, 13, 12, 9, 8, 7, 6])('the same in version %i', (minor) => {
      const name = 'user.ada';
      server.tools.run('reconstruct', ['-V', String(minor), name]);
      const [examined] = parseMbexamine(server.tools.run('mbexamine', [name]));
      expect(examined!.minorVersion).toBe(minor);
      const dirs = side.layout.mailboxDirs(openMailboxList(side)!.byName(name)!)!;
      const onServer = (path: string): string => join(server.master.dir, relative(master, path));
      compare(examined!, onServer(dirs.metaOf('header')), onServer(dirs.metaOf('index')));
      expect(examined!.records.length).toBeGreaterThan(4);
    });
  });

  describe('the mailbox list', () => {
    test('every field of every entry as ctl_mboxlist dumps it', () => {
      const dump = dumpedList(server.tools);
      expect(Object.keys(dump).length).toBeGreaterThan(12);
      expect(listAsDumped(openMailboxList(side)!)).toEqual(dump);
    });
  });

  describe('a server that is killed while it works', () => {
    /** Deliveries, flags, annotations and new mailboxes of several users, until the connection is lost. */
    const work = async (user: string, round: number): Promise<void> => {
      const client = await server.master.imap(user);
      for (let n = 0; ; n++) {
        const mailbox = `INBOX.r${round}n${n}`;
        await client.create(mailbox);
        await deliver(client, mailbox, 1000 + n, ['$Label1']);
        await deliver(client, 'INBOX', 2000 + n);
        await client.setMetadata(mailbox, '/private/comment', 'x'.repeat(n));
        await client.subscribe(mailbox);
        await client.store(mailbox, '1', '+', ['\\Flagged', `New${n % 7}`]);
        if (n % 3 === 0) await client.delete(mailbox);
      }
    };

    test.each([200, 600])('after %i ms', async (ms) => {
      await server.master.start();
      const lost = ['ada', 'ben', 'cai'].map((user) => work(user, ms).catch((error: unknown) => String(error)));
      await delay(ms);
      await server.master.kill();
      expect((await Promise.all(lost)).every((why) => /closed|ECONNRESET/.test(why ?? ''))).toBe(true);
      let compared = 0;
      for (const path of filesBelow(server.master.dir)) {
        const database = DATABASES.find((one) => one.path.test(path));
        const file = join(server.master.dir, path);
        // Each mailbox has an empty database of its own, which takes Cyrus as long as any other.
        if (database === undefined || statSync(file).size <= EMPTY_TWOSKIP) continue;
        const ours = rowsOf(file, database.format, CRASHED);
        expect(text(ours), path).toBe(text(started.show(file, database.format)));
        compared++;
      }
      expect(compared).toBeGreaterThan(8);
    });
  });
});
