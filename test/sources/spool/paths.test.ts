import { describe, expect, test } from 'vitest';
import { parseImapdConf } from '../../../src/formats/imapd-conf/imapd-conf.js';
import { parseMbtype } from '../../../src/formats/mboxlist/mbtype.js';
import { hashChar } from '../../../src/sources/spool/hash-char.js';
import { makeSpoolLayout, type LayoutOptions } from '../../../src/sources/spool/paths.js';

const BASE = 'configdirectory: conf\npartition-default: spool\n';
const layout = (text: string, options: Partial<LayoutOptions> = {}) =>
  makeSpoolLayout(
    parseImapdConf(text, '/s/imapd.conf', () => new Error('none')),
    { confDir: '/s', ...options },
  );
const legacy = (mboxname: string, partition = 'default') => ({
  mboxname,
  partition,
  uniqueid: 'abc',
  mbtype: parseMbtype('el'),
});
const byId = (uniqueid: string) => ({ mboxname: 'user.a', partition: 'default', uniqueid, mbtype: parseMbtype('e') });

describe('hashChar', () => {
  test.each([
    ['fred', 'E'],
    ['1num', 'F'],
    ['zoe', 'J'],
    ['ann', 'N'],
    ['user', 'C'],
    ['shared2', 'J'],
    ['abc', 'O'],
    ['dom.ORG', 'J'],
    ['Leg.acy', 'M'],
    ['joe^smith', 'H'],
    ['joe.smith', 'B'],
    ['example.com', 'O'],
    ['', 'A'],
  ])('full: %s is %s', (name, char) => {
    expect(hashChar(name, true)).toBe(char);
  });

  test.each([
    ['fred', 'f'],
    ['Zoe', 'z'],
    ['1num', 'q'],
    ['_x', 'q'],
    ['ä', 'q'],
    ['', 'q'],
  ])('plain: %s is %s', (name, char) => {
    expect(hashChar(name, false)).toBe(char);
  });
});

describe('roots', () => {
  test('relative values start at the directory of imapd.conf', () => {
    const l = layout(BASE + 'sievedir: conf/sieve\n');
    expect(l).toMatchObject({
      configDirectory: '/s/conf',
      mailboxesDb: '/s/conf/mailboxes.db',
      annotationsDb: '/s/conf/annotations.db',
      sieveDir: '/s/conf/sieve',
      partitions: [{ name: 'default', data: '/s/spool' }],
      quota: { legacy: true, dir: '/s/conf/quota', db: '/s/conf/quotas.db' },
      syncLog: { enabled: false, channels: [{ channel: null, dir: '/s/conf/sync' }] },
      deletedPrefix: 'DELETED',
      defaultdomain: 'internal',
      virtdomains: 'off',
      hashImapSpool: false,
      fullDirHash: false,
    });
  });

  test('absolute values lie below root', () => {
    const text =
      'configdirectory: /var/lib/imap/\npartition-a: /var/spool/imap/\nmboxlist_db_path: {configdirectory}/db/m.db\n';
    expect(layout(text)).toMatchObject({ configDirectory: '/var/lib/imap', mailboxesDb: '/var/lib/imap/db/m.db' });
    expect(layout(text, { root: '/mnt' })).toMatchObject({
      configDirectory: '/mnt/var/lib/imap',
      mailboxesDb: '/mnt/var/lib/imap/db/m.db',
      annotationsDb: '/mnt/var/lib/imap/annotations.db',
      sieveDir: '/mnt/usr/sieve',
      partitions: [{ data: '/mnt/var/spool/imap' }],
    });
  });

  test('a relative placeholder is resolved once', () => {
    expect(layout(BASE + 'annotation_db_path: {configdirectory}/a.db\n').annotationsDb).toBe('/s/conf/a.db');
  });

  test('archive roots count only when archiving is on', () => {
    const text = BASE + 'archivepartition-default: archive\n';
    expect(layout(text).partitions[0]).not.toHaveProperty('archive');
    expect(layout(text + 'archive_enabled: yes\n').partitions[0]).toMatchObject({ archive: '/s/archive' });
  });

  test('a channel has its own shutdown file and cache, or those of all', () => {
    const options =
      'sync_shutdown_file: /run/stop\nfar_sync_shutdown_file: /run/far\nfar_sync_cache_db_path: cache.db\n';
    expect(layout(`${BASE}${options}sync_log_channels: "" far\n`).syncLog.channels).toEqual([
      { channel: null, dir: '/s/conf/sync', shutdownFile: '/run/stop' },
      { channel: 'far', dir: '/s/conf/sync/far', shutdownFile: '/run/far', cacheDb: '/s/cache.db' },
    ]);
  });

  test('sync log channels, with the default one spelled ""', () => {
    expect(layout(BASE + 'sync_log: yes\nsync_log_channels: "" squatter sites/far\n').syncLog).toEqual({
      enabled: true,
      channels: [
        { channel: null, dir: '/s/conf/sync' },
        { channel: 'squatter', dir: '/s/conf/sync/squatter' },
        { channel: 'sites/far', dir: '/s/conf/sync/sites/far' },
      ],
    });
  });

  test.each(['../x', 'a/../b', '/x', 'x/', 'a//b', '.'])('a channel %s is not passed over in silence', (word) => {
    expect(layout(`${BASE}sync_log_channels: ${word}\n`).syncLog.channels).toEqual([
      {
        channel: word,
        dir: `/s/conf/sync/${word}`,
        problem: `sync_log_channels: ${word} is no directory below /s/conf/sync`,
      },
    ]);
  });

  test.each(['partition-default: spool\n', 'configdirectory: conf\n'])('%j is not a configuration', (text) => {
    expect(() => layout(text)).toThrow(expect.objectContaining({ code: 'conf-invalid' }));
  });

  test('a service has its own values', () => {
    expect(layout(BASE + 'imap_configdirectory: conf2\n', { service: 'imap' }).configDirectory).toBe('/s/conf2');
  });

  test.each([
    ['userid', 'userid'],
    ['yes', 'on'],
    ['on', 'on'],
    ['off', 'off'],
    ['no', 'off'],
  ])('virtdomains %s is %s', (value, expected) => {
    expect(layout(`${BASE}virtdomains: ${value}\n`).virtdomains).toBe(expected);
  });
});

describe('mailboxDirs', () => {
  const FULL = BASE + 'hashimapspool: yes\nfulldirhash: yes\n';

  test.each([
    [FULL, 'user.fred.Sub^one', 'E/user/fred/Sub^one'],
    [FULL, 'DELETED.user.zoe.a b.6B00FA8B', 'C/DELETED/user/zoe/a b/6B00FA8B'],
    [FULL, 'dom.ORG!user.ann', 'domain/J/dom.ORG/N/user/ann'],
    [FULL, 'shared2', 'J/shared2'],
    [FULL, 'user.joe^smith.sub^x', 'B/user/joe^smith/sub^x'],
    [FULL, 'home.test!user.ann', 'domain/P/home.test/N/user/ann'],
    [FULL + 'defaultdomain: home.test\n', 'home.test!user.ann', 'N/user/ann'],
    [BASE + 'hashimapspool: yes\n', 'user.joe^smith', 'j/user/joe^smith'],
    [BASE + 'hashimapspool: yes\n', 'shared.news', 'n/shared/news'],
    [BASE, 'user.fred.Sub^one', 'user/fred/Sub^one'],
    [BASE, 'dom.ORG!user.ann', 'domain/dom.ORG/user/ann'],
  ])('by name: %#. %s', (text, mboxname, below) => {
    expect(layout(text).mailboxDirs(legacy(mboxname))?.data).toBe(`/s/spool/${below}`);
  });

  test('by uniqueid, whatever the hash options say', () => {
    const id = '782aaf70-e41a-4e53-b827-58f128ef3270';
    const dirs = layout(FULL).mailboxDirs(byId(id));
    expect(dirs?.data).toBe(`/s/spool/uuid/7/8/${id}`);
    expect(dirs?.metaOf('index')).toBe(`/s/spool/uuid/7/8/${id}/cyrus.index`);
  });

  test('by name when an entry has no uniqueid', () => {
    const entry = { mboxname: 'user.fred', partition: 'default', mbtype: parseMbtype('e') };
    expect(layout(BASE).mailboxDirs(entry)?.data).toBe('/s/spool/user/fred');
  });

  test('metadata files follow metapartition_files, metadir and archive', () => {
    const text =
      BASE +
      'metapartition-default: meta\nmetapartition_files: index archivecache header\nmetadir-cache-default: fast\n' +
      'archive_enabled: yes\narchivepartition-default: archive\n';
    const dirs = layout(text).mailboxDirs(byId('xyz'))!;
    expect(dirs.archive).toBe('/s/archive/uuid/x/y/xyz');
    expect(dirs.metaOf('header')).toBe('/s/meta/uuid/x/y/xyz/cyrus.header');
    expect(dirs.metaOf('cache')).toBe('/s/fast/uuid/x/y/xyz/cyrus.cache');
    expect(dirs.metaOf('archivecache')).toBe('/s/meta/uuid/x/y/xyz/cyrus.cache');
    expect(dirs.metaOf('annotations')).toBe('/s/spool/uuid/x/y/xyz/cyrus.annotations');
    const plain = layout(BASE + 'archive_enabled: yes\narchivepartition-default: archive\n').mailboxDirs(byId('xyz'))!;
    expect(plain.metaOf('archivecache')).toBe('/s/archive/uuid/x/y/xyz/cyrus.cache');
    const moved = layout(BASE + 'metadir-index-default: fast\n').mailboxDirs(byId('xyz'))!;
    expect(moved.metaOf('annotations')).toBe('/s/fast/uuid/x/y/xyz/cyrus.annotations');
  });

  test('nothing leads outside a partition', () => {
    const l = layout(BASE);
    expect(l.mailboxDirs(legacy('user.fred', 'elsewhere'))).toBeUndefined();
    expect(l.mailboxDirs({ mboxname: 'user.fred', mbtype: parseMbtype('e') })).toBeUndefined();
    for (const name of ['user.a/../../b', 'user..b', '', '../x!user.a', 'user.a\0'])
      expect(l.mailboxDirs(legacy(name))).toBeUndefined();
    for (const id of ['../../etc', 'a', '', '-x']) expect(l.mailboxDirs(byId(id))).toBeUndefined();
  });
});

describe('userMetaPath', () => {
  const inbox = { uniqueid: '9c6ce616-b78c-4652-b7ef-368f7c18d0b5', legacyDirs: false };

  test('by uniqueid of the INBOX', () => {
    expect(layout(BASE).userMetaPath('alice', 'seen', inbox)).toBe(`/s/conf/user/uuid/9/c/${inbox.uniqueid}/seen.db`);
    expect(layout(BASE).userMetaPath('alice', 'seen', { ...inbox, uniqueid: '../x' })).toBeUndefined();
  });

  // v3.6.1-single-f holds these files; it runs without hashimapspool.
  test.each([
    ['bob', 'seen', '/s/conf/user/E/bob.seen'],
    ['joe.smith', 'sub', '/s/conf/user/B/joe.smith.sub'],
    ['carol@example.com', 'sub', '/s/conf/domain/O/example.com/user/B/carol.sub'],
    ['carol@home.test', 'sub', '/s/conf/user/B/carol.sub'],
  ] as const)('by name: %s %s', (userid, suffix, expected) => {
    const l = layout(BASE + 'fulldirhash: yes\ndefaultdomain: home.test\n');
    expect(l.userMetaPath(userid, suffix)).toBe(expected);
    expect(l.userMetaPath(userid, suffix, { ...inbox, legacyDirs: true })).toBe(expected);
  });

  test('a userid that is no file name has no path', () => {
    for (const userid of ['', '..', 'a/b', 'a@b/c', '@x'])
      expect(layout(BASE).userMetaPath(userid, 'sub')).toBeUndefined();
  });

  test('mailboxes of nobody share a file for each domain', () => {
    expect(layout(BASE).sharedMetaPath(undefined, 'counters')).toBe('/s/conf/shared.counters');
    expect(layout(BASE).sharedMetaPath('example.org', 'counters')).toBe('/s/conf/domain/e/example.org/shared.counters');
    expect(layout(BASE).sharedMetaPath('a/b', 'counters')).toBeUndefined();
  });
});

describe('sievePath', () => {
  const text = BASE + 'sievedir: /scripts\nfulldirhash: yes\ndefaultdomain: home.test\n';
  // As mbpath of 3.6.1 prints them: test/real/mbpath.test.ts.
  test.each([
    ['off', 'joe.smith', '/scripts/B/joe.smith'],
    ['userid', 'carol@example.com', '/scripts/domain/O/example.com/B/carol'],
    ['userid', 'carol@home.test', '/scripts/B/carol'],
  ])('virtdomains %s: %s', (virtdomains, userid, expected) => {
    const paths = layout(`${text}virtdomains: ${virtdomains}\n`);
    expect(paths.sievePath(userid)).toBe(expected);
    expect(paths.sievePath(userid, { uniqueid: 'abc', legacyDirs: true })).toBe(expected);
    expect(paths.sievePath(userid, { uniqueid: 'abc', legacyDirs: false })).toBe('/scripts/uuid/a/b/abc');
  });

  test('a userid or uniqueid that is no file name has no path', () => {
    for (const userid of ['', '..', 'a/b']) expect(layout(text).sievePath(userid)).toBeUndefined();
    expect(layout(text).sievePath('a', { uniqueid: '../x', legacyDirs: false })).toBeUndefined();
  });
});

describe('quotaPath', () => {
  const domains = layout(BASE + 'fulldirhash: yes\nvirtdomains: userid\n');
  test.each([
    ['user.bob', '/s/conf/quota/E/user.bob'],
    ['user.alice.Work', '/s/conf/quota/L/user.alice.Work'],
    ['shared', '/s/conf/quota/T/shared'],
    ['example.com!user.carol', '/s/conf/domain/O/example.com/quota/B/user.carol'],
    ['example.com!', '/s/conf/domain/O/example.com/quota/root'],
    ['a/b', undefined],
    ['..!x', undefined],
  ])('%s', (root, path) => {
    expect(domains.quotaPath(root)).toBe(path);
  });

  test('without virtdomains a ! is part of the name', () => {
    expect(layout(BASE).quotaPath('a!b.c')).toBe('/s/conf/quota/c/a!b.c');
  });

  test('quota_db_path moves the directory and the database', () => {
    expect(layout(BASE + 'quota_db: twoskip\nquota_db_path: /q/x.db\n').quota).toEqual({
      legacy: false,
      dir: '/q/quota',
      db: '/q/x.db',
    });
  });
});
