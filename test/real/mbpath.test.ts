/** Our paths against `mbpath` of 3.6, for lists that `ctl_mboxlist -u` loaded; no server is started. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatConf, type Conf } from '../../fixtures/make/imapd-conf.js';
import { whyNoCyrus } from '../../fixtures/make/instance.js';
import { inboxName } from '../../src/formats/mboxlist/names.js';
import { openMailboxList } from '../../src/sources/spool/open-mailbox-list.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { META_FILES, type MetaFile, type UserMeta } from '../../src/sources/spool/paths.js';
import { dumpedList, listAsDumped } from '../support/dumped-list.js';
import { CyrusTools } from '../support/cyrus-tools.js';

interface Case {
  readonly what: string;
  readonly conf?: Conf;
  /** Added to the names that every case has. */
  readonly names?: readonly string[];
}

/** Internal names: of a user with directories by name, of one with directories by uniqueid, and shared ones. */
const NAMES = [
  'user.fred',
  'user.fred.Sent',
  'user.fred.a b',
  'user.fred.&AOQ-x',
  'user.fred.#sieve',
  "user.fred.it's+odd,(x)",
  'user.fred.UPPER.deep.er.still',
  'user.1num',
  'user._under',
  'user.Zed',
  'shared2',
  'lists.announce',
  'Lists.x',
  'DELETED.user.fred.Trash.6B00FA8B',
  'DELETED.user.gone.6B00FA8C',
  'DELETED.lists.old.6B00FA8D',
];
const DOTTED = [
  'user.joe^smith',
  'user.joe^smith.sub^x',
  'user.^dot',
  'shared^box.sub',
  'DELETED.user.joe^smith.y.6B00FA8E',
];
const DOMAINS = [
  'example.com!user.carol',
  'example.com!user.carol.Work',
  'example.com!lists.news',
  'dom.ORG!user.ann',
  '9.example!user.x',
  'example.com!DELETED.user.carol.Old.6B00FA8F',
];

const CASES: readonly Case[] = [
  { what: 'no hashing' },
  { what: 'hashimapspool', conf: { hashimapspool: 'yes' } },
  { what: 'fulldirhash', conf: { fulldirhash: 'yes' } },
  { what: 'hashimapspool and fulldirhash', conf: { hashimapspool: 'yes', fulldirhash: 'yes' } },
  { what: 'unixhierarchysep', conf: { unixhierarchysep: 'yes', hashimapspool: 'yes' }, names: DOTTED },
  {
    what: 'unixhierarchysep and fulldirhash',
    conf: { unixhierarchysep: 'yes', hashimapspool: 'yes', fulldirhash: 'yes' },
    names: DOTTED,
  },
  { what: 'domains', conf: { virtdomains: 'userid', hashimapspool: 'yes' }, names: DOMAINS },
  { what: 'domains without hashing', conf: { virtdomains: 'on' }, names: DOMAINS },
  {
    what: 'domains, dots and fulldirhash',
    conf: { virtdomains: 'on', unixhierarchysep: 'yes', hashimapspool: 'yes', fulldirhash: 'yes' },
    names: [...DOMAINS, ...DOTTED, 'example.com!user.joe^smith.a^b'],
  },
  {
    what: 'another default domain',
    conf: { virtdomains: 'userid', defaultdomain: 'home.example', hashimapspool: 'yes' },
    names: DOMAINS,
  },
  {
    what: 'another deletedprefix',
    conf: { deletedprefix: 'GONE', hashimapspool: 'yes', fulldirhash: 'yes' },
    names: ['GONE.user.fred.Trash.6B00FA8B', 'GONE.lists.old.6B00FA8D'],
  },
  {
    what: 'metapartition and archive partition',
    conf: {
      'metapartition-default': '@/meta',
      metapartition_files: 'header index cache expunge squat annotations archivecache',
      archive_enabled: 'yes',
      'archivepartition-default': '@/archive',
      hashimapspool: 'yes',
    },
  },
  {
    what: 'some metadata files, of one partition',
    conf: {
      'metapartition-p2': '@/meta2',
      metapartition_files: 'index annotations',
      'archivepartition-p2': '@/archive2',
    },
  },
  { what: 'an archive partition that is not enabled', conf: { 'archivepartition-default': '@/archive' } },
  {
    what: 'databases and scripts elsewhere',
    conf: {
      mboxlist_db_path: '@/db/list.db',
      sievedir: '@/scripts',
      quota_db_path: '@/q/quotas.db',
      fulldirhash: 'yes',
    },
  },
];

/** The last character is the layout's: directories by name with `l`. */
const entryOf = (mboxname: string, index: number): object => {
  const byName = index % 2 === 0;
  return {
    name: mboxname,
    uidvalidity: String(1000 + index),
    createdmodseq: String(index),
    foldermodseq: String(2 * index),
    mbtype: `e${byName ? 'l' : ''}`,
    partition: index % 3 === 0 ? 'p2' : 'default',
    acl: { anyone: 'lrs', '-joe': 'd', 'group:staff': '' },
    uniqueid: `${'abcdefghij'[index % 10]!}${String(index).padStart(23, '0')}`,
  };
};

/** As administrators spell it with these options. Source: mbname_extname, imap/mboxname.c 3.6.1. */
function externalName(mboxname: string, conf: Conf): string {
  const [local = '', domain] = mboxname.split('!').reverse();
  const spelled = conf['unixhierarchysep'] === 'yes' ? local.replaceAll('.', '/').replaceAll('^', '.') : local;
  return domain === undefined ? spelled : `${spelled}@${domain}`;
}

interface Paths {
  readonly mbname: { readonly intname: string; readonly userid?: string };
  readonly archive: string;
  readonly data: string;
  readonly meta: string;
  readonly user?: Readonly<Record<UserMeta | 'sieve', string>>;
}

const USER_FILES: readonly UserMeta[] = ['conversations', 'counters', 'dav', 'seen', 'sub'];

describe.skipIf(whyNoCyrus() !== undefined)('paths as mbpath prints them', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'cyraudit-mbpath-'));
    chmodSync(root, 0o755);
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  interface Configured {
    readonly dir: string;
    readonly conf: Conf;
    readonly tools: CyrusTools;
  }

  /** A configuration with nothing in it, in a directory of its own. */
  function configure(own: Conf = {}): Configured {
    const dir = mkdtempSync(join(root, 'conf-'));
    const conf: Conf = {
      configdirectory: '@/conf',
      'partition-default': '@/spool',
      'partition-p2': '@/spool2',
      defaultpartition: 'default',
      unixhierarchysep: 'no',
      altnamespace: 'no',
      sievedir: '@/conf/sieve',
      mailbox_legacy_dirs: 'no',
      ...own,
    };
    const confFile = join(dir, 'imapd.conf');
    writeFileSync(confFile, formatConf(conf).replaceAll('@', dir));
    const tools = new CyrusTools(confFile);
    for (const path of ['', 'conf', 'conf/db', 'conf/lock', 'conf/proc', 'db', 'q', 'conf/quota']) {
      mkdirSync(join(dir, path), { recursive: true });
      chownSync(join(dir, path), tools.user.uid, tools.user.gid);
    }
    return { dir, conf, tools };
  }

  const loadList = ({ tools }: Configured, list: object): void =>
    void tools.run('ctl_mboxlist', ['-u'], JSON.stringify(list));

  test.each(CASES)('$what', (one) => {
    // Both layouts for each name: whoever is at an even place in one list is at an odd one in the other.
    for (const first of [[], ['user.first']]) {
      const all = [...first, ...NAMES, ...(one.names ?? [])];
      const configured = configure(one.conf);
      const { dir, conf, tools } = configured;
      loadList(configured, Object.fromEntries(all.map((name, i) => [name, entryOf(name, i)])));
      const printed = tools.run('mbpath', ['-7', '-j', ...all.map((name) => externalName(name, conf))]).toString();
      const paths = printed
        .split(/(?<=^\})\n/m)
        .filter((text) => text.trim() !== '')
        .map((text) => JSON.parse(text) as Paths);
      expect(paths.map(({ mbname }) => mbname.intname).sort()).toEqual([...all].sort());

      const side = openSide({ role: 'single', source: dir });
      const { layout } = side;
      const list = openMailboxList(side)!;
      for (const { mbname, data, archive, meta, user } of paths) {
        const entry = list.byName(mbname.intname)!;
        const dirs = layout.mailboxDirs(entry)!;
        const metaRoots = Object.fromEntries(
          (Object.keys(META_FILES) as MetaFile[]).map((type) => [type, dirname(dirs.metaOf(type))]),
        );
        const elsewhere = conf['metapartition_files']?.split(' ') ?? [];
        expect({ data: dirs.data, archive: dirs.archive ?? dirs.data, ...metaRoots }, mbname.intname).toEqual({
          data,
          archive,
          // mbpath names one directory for all metadata; which files are in it, the configuration says.
          ...Object.fromEntries(
            Object.keys(META_FILES).map((type) => [
              type,
              elsewhere.includes(type) ? meta : type === 'archivecache' ? archive : data,
            ]),
          ),
        });
        const unit = list.unitOf(mbname.intname);
        expect(unit.kind === 'user' ? unit.userid : undefined).toBe(mbname.userid);
        if (unit.kind !== 'user' || user === undefined) continue;
        const inbox = list.byName(unit.inbox);
        const place = inbox && { uniqueid: inbox.uniqueid!, legacyDirs: inbox.mbtype.legacyDirs };
        const { conversations, counters, dav, seen, sub, sieve } = user;
        expect(
          {
            ...Object.fromEntries(USER_FILES.map((kind) => [kind, layout.userMetaPath(unit.userid, kind, place)])),
            // Of a user without an INBOX mbpath says nothing.
            sieve: inbox === undefined ? '' : layout.sievePath(unit.userid, place),
          },
          mbname.intname,
        ).toEqual({ conversations, counters, dav, seen, sub, sieve });
      }
      side.close();
    }
  });

  test.each<Conf>([
    { virtdomains: 'off', fulldirhash: 'yes' },
    { virtdomains: 'off', hashimapspool: 'yes' },
    { virtdomains: 'userid', fulldirhash: 'yes' },
    { virtdomains: 'userid', defaultdomain: 'example.com', fulldirhash: 'yes' },
  ])('a user with a domain in the name, and %j', (conf) => {
    const configured = configure({ unixhierarchysep: 'yes', ...conf });
    const { dir, tools } = configured;
    const userid = 'carol@example.com';
    const side = openSide({ role: 'single', source: dir });
    const { layout } = side;
    const inbox = inboxName(userid, conf['defaultdomain']);
    loadList(configured, { [inbox]: entryOf(inbox, 0) });
    const printed = JSON.parse(tools.run('mbpath', ['-7', '-j', '-u', userid]).toString()) as Paths;
    const { conversations, counters, dav, seen, sub, sieve } = printed.user!;
    const place = { uniqueid: '', legacyDirs: true };
    expect({
      ...Object.fromEntries(USER_FILES.map((kind) => [kind, layout.userMetaPath(userid, kind, place)])),
      sieve: layout.sievePath(userid, place),
    }).toEqual({ conversations, counters, dav, seen, sub, sieve });
    side.close();
  });

  /** Types that no server of these tests has by itself: of a murder, of calendars, and on their way. */
  test('a list with every type of entry, as ctl_mboxlist dumps it', () => {
    const configured = configure();
    const { dir, tools } = configured;
    const types = [
      'e',
      'el',
      'ei',
      'ed',
      'edl',
      'er',
      'em',
      'ez',
      'erm',
      'n',
      'b',
      'c',
      'a',
      's',
      'p',
      'f',
      'cl',
      'cd',
    ];
    const entries = types.map((mbtype, i) => {
      const name = `typed.${mbtype}${i}`;
      const server = /r/.test(mbtype) ? { server: 'other.example.org' } : {};
      return [name, { ...entryOf(name, 100 + i), ...server, mbtype, foldermodseq: String(2 ** 40 + i) }] as const;
    });
    const odd = ['user.q"uote', 'user.back\\slash', 'user.par(en)', 'user.per%cent', 'user.NIL', 'user.{3}', 'user.ä'];
    const names = odd.map((name, i) => [name, entryOf(name, 200 + i)] as const);
    loadList(configured, Object.fromEntries([...entries, ...names]));
    const dump = dumpedList(tools);
    expect(Object.keys(dump).sort()).toEqual([...entries, ...names].map(([name]) => name).sort());
    const side = openSide({ role: 'single', source: dir });
    expect(listAsDumped(openMailboxList(side)!)).toEqual(dump);
    side.close();
  });

  test.each(CASES)('$what: quota roots', (one) => {
    const { dir, tools } = configure(one.conf);
    const side = openSide({ role: 'single', source: dir });
    const { layout } = side;
    side.close();
    const roots = ['user.fred', 'user.1num', 'shared2', 'lists.announce', 'user.joe^smith', 'user.fred.a b'].concat(
      layout.virtdomains === 'off' ? [] : ['example.com!user.carol', 'dom.ORG!lists', 'example.com!'],
    );
    tools.run(
      'cyr_dbtool',
      ['-n', layout.quota.db, 'quotalegacy', 'batch'],
      roots.map((name) => `SET "${name}" "%(S (1))"\n`).join(''),
    );
    const written = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\/quota(\/|$)/.test(entry.parentPath))
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
    expect(written.sort()).toEqual(roots.map((name) => relative(dir, layout.quotaPath(name)!)).sort());
  });
});
