/** Lag of users and shared mailboxes beyond their messages: what only the pending log carries. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditPair } from '../../src/run/audit.js';
import { editRows, findRow, mailboxDir } from '../support/edit-side.js';
import type { UnpackedPair } from '../support/fixture.js';
import { unpackForTest } from '../support/unpack-for-test.js';

const audit = ({ master, replica }: UnpackedPair): Promise<Report> =>
  auditPair({ master, replica, level: 'index', threads: 1 });

/** The quota records that these tests write count nothing. */
const isAbout = (line: string): boolean => !line.endsWith('quota-usage-wrong');

/** `class code` of the findings of users and of the pair. */
const said = ({ users, findings }: Report): string[] =>
  [...users.flatMap((user) => user.findings), ...findings].map((f) => `${f.class} ${f.code}`).filter(isAbout);

/** Writes a quota record and names its root in the headers of mailboxes. */
function setQuota(side: string, root: string, limit: number, modseq: number, ...mboxnames: string[]): void {
  const first = root.split('.')[1]?.[0] ?? root[0]!;
  const path = join(side, 'conf/quota', /^[a-z]$/.test(first) ? first : 'q', root);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `%(S (0 ${String(limit)}) M (0) AS (0) NF (1) MODSEQ ${String(modseq)})\n`);
  for (const mboxname of mboxnames) {
    const file = join(mailboxDir(side, mboxname), 'cyrus.header');
    const text = readFileSync(file, 'latin1').replace(/ Q \S+/, '');
    writeFileSync(file, text.replace(/( I \w+)/, `$1 Q ${root}`), 'latin1');
  }
}

const log = ({ master }: UnpackedPair, text: string): void => {
  const path = join(master, 'conf/sync/log');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

describe('the quota root of a shared mailbox', () => {
  /** `shared` is on both sides. */
  const shared = async (onMaster: number, onReplica: number | undefined, lines = ''): Promise<Report> => {
    const pair = await unpackForTest('shared-renamed-master');
    const before = readFileSync(join(pair.master, 'conf/sync/log'), 'latin1');
    setQuota(pair.master, 'shared', onMaster, 11, 'shared');
    if (onReplica !== undefined) setQuota(pair.replica, 'shared', onReplica, 10, 'shared');
    log(pair, before + lines);
    return audit(pair);
  };

  test('equal limits', async () => {
    expect(said(await shared(100, 100))).toEqual([]);
  });

  test('limits differ and no line carries them', async () => {
    const report = await shared(100, 200);
    expect(report.findings).toMatchObject([
      {
        code: 'quota-limit-differs',
        class: 'admin',
        facts: { root: 'shared', resource: 'S', master: '100', replica: '200' },
        effects: ['unseen'],
      },
    ]);
  });

  test('a root of the master alone that no line carries', async () => {
    expect(said(await shared(100, undefined))).toEqual(['admin quota-limit-differs']);
  });

  test('set on the master, with its line', async () => {
    expect(said(await shared(100, 200, 'QUOTA shared\n'))).toEqual(['safe quota-limit-pending']);
    expect(said(await shared(100, undefined, 'QUOTA shared\n'))).toEqual(['safe quotaroot-pending']);
  });

  test('one root of two mailboxes is told once', async () => {
    const pair = await unpackForTest('shared-renamed-master');
    editRows(pair.replica, (rows) => {
      const { key, value, uniqueid } = findRow(rows, 'shared.x');
      rows.delete(key);
      rows.set(key.replace(/x$/, 'y'), value);
      rows.set(`I${uniqueid}`, rows.get(`I${uniqueid}`)!.replace('shared\x1fx', 'shared\x1fy'));
    });
    setQuota(pair.master, 'shared', 100, 11, 'shared', 'shared.y');
    setQuota(pair.replica, 'shared', 200, 10, 'shared', 'shared.y');
    expect(said(await audit(pair)).filter((line) => line.includes('quota'))).toEqual(['admin quota-limit-differs']);
  });
});

test('a user renamed on the master takes his quota root along', async () => {
  const pair = await unpackForTest('user-renamed-master');
  setQuota(pair.master, 'user.c', 500, 12, 'user.c');
  setQuota(pair.replica, 'user.b', 500, 10, 'user.b');
  const report = await audit(pair);
  expect(said(report).sort()).toEqual([
    'safe quotaroot-pending',
    'safe quotaroot-removal-pending',
    'safe user-deleted-on-master',
  ]);
  expect(report.verdict).toBe('safe');
});

test.each([
  ['that the master does not have', undefined],
  ['that is another on the master', 300],
])('a quota limit of the replica %s is lost with the rename', async (_, onMaster) => {
  const pair = await unpackForTest('user-renamed-master');
  if (onMaster !== undefined) setQuota(pair.master, 'user.c', onMaster, 12, 'user.c');
  setQuota(pair.replica, 'user.b', 500, 10, 'user.b');
  expect(said(await audit(pair))).toContain('admin quotaroot-only-on-replica');
});

// Run: user.ada.Old renamed to user.ben.FromAda, 3.6.1: the root of ada stays on the replica.
test('a folder given to another user leaves the quota root of the first one', async () => {
  const pair = await unpackForTest('folder-given-away-name-reused-master', 'made');
  const renames = [
    ['user.ada.Work', 'user.ben.Work'],
    ['user.ada.Empty', 'user.ada.Work'],
  ] as const;
  log(
    pair,
    renames.map((names) => `RENAME ${names.join(' ')}\n${names.map((n) => `MAILBOX ${n}\n`).join('')}`).join(''),
  );
  const report = await audit(pair);
  expect(report.mailboxes.flatMap(({ findings }) => findings).map(({ code }) => code)).toContain('mailbox-renamed');
  expect(said(report).filter((line) => line.includes('quota'))).toEqual([]);
});

test('a user renamed on the master takes his private annotations along', async () => {
  const pair = await unpackForTest('user-renamed-master');
  for (const [side, inbox, userid, value] of [
    [pair.master, 'user.c', '[.OwNeR.]', 'a note'],
    [pair.replica, 'user.b', '[.OwNeR.]', 'a note'],
    // As a release before 3.6 spells it.
    [pair.master, 'user.c', 'c', 'a thread'],
    [pair.replica, 'user.b', 'b', 'a thread'],
  ] as const) {
    let uniqueid = '';
    editRows(side, (rows) => void ({ uniqueid } = findRow(rows, inbox)));
    const length = Buffer.alloc(8);
    length.writeUInt32BE(value.length);
    editRows(
      side,
      (rows) => rows.set(`${uniqueid}\0/${value}\0${userid}\0`, `${length.toString('latin1')}${value}`),
      'annotations.db',
    );
  }
  const report = await audit(pair);
  expect(report.counts.findings).not.toHaveProperty('mailbox-annotations-lost');
  expect(report.verdict).toBe('safe');
});

describe('a mailbox renamed twice, the second time with its user', () => {
  const lines = (...names: string[]): string => names.map((name) => `MAILBOX ${name}\n`).join('');
  const chain =
    `RENAME user.b user.between\n${lines('user.b', 'user.between')}` +
    `RENAME user.between user.c\n${lines('user.between', 'user.c')}UNUSER b\nUSER c\n`;

  const verdictOn = async (text: string, inWork = ''): Promise<string> => {
    const pair = await unpackForTest('user-renamed-master');
    log(pair, text);
    if (inWork !== '') writeFileSync(join(pair.master, 'conf/sync/log-run'), inWork);
    return (await audit(pair)).verdict;
  };

  test('is carried by both names in one batch of the log', async () => {
    expect(await verdictOn(chain)).toBe('safe');
  });

  test('is not when the names may come into different batches', async () => {
    const many = (count: number): string => lines(...Array.from({ length: count }, (_, n) => `user.a.f${String(n)}`));
    expect(await verdictOn(chain + many(997))).toBe('safe');
    expect(await verdictOn(chain + many(998))).toBe('admin');
    expect(await verdictOn(lines('user.c') + 'USER c\n', lines('user.b'))).toBe('admin');
  });
});

describe('a user deleted and made anew on the master', () => {
  const OLD = '0wfe7ekzsav8vlkh3e0a8i9c';
  const NEW = '0wfe7ekzsav8vlkh3e0a8i9d';

  async function recreated(): Promise<UnpackedPair> {
    const pair = await unpackForTest('user-deleted-master-logged', 'made');
    const empty = mailboxDir(pair.master, 'user.ada.Empty');
    const inbox = join(pair.master, 'spool/uuid/0/w', NEW);
    cpSync(empty, inbox, { recursive: true, preserveTimestamps: true });
    const header = join(inbox, 'cyrus.header');
    writeFileSync(
      header,
      readFileSync(header, 'latin1').replace(/%\(T.*\n/, `%(T e N user.ben I ${NEW} A %(ben lrswipkxtecdan))\n`),
      'latin1',
    );
    editRows(pair.master, (rows) => {
      const { value } = findRow(rows, 'user.ada.Empty');
      const row = value.replace(/ I \w+/, ` I ${NEW}`).replace('ada', 'ben');
      rows.set('Nuser\x1fben', row);
      rows.set(`I${NEW}`, row.replace(` I ${NEW}`, ' N user\x1fben').replace(/\)$/, ' H ())'));
    });
    setQuota(pair.replica, 'user.ben', 500, 10, 'user.ben');
    const sub = join(pair.replica, 'conf/user/uuid/0/w', OLD, 'sub.db');
    mkdirSync(dirname(sub), { recursive: true });
    writeFileSync(sub, '\x1fVER\x1f\t2\nNINBOX\x1fWork\t\n', 'latin1');
    return pair;
  }
  const ofBen = ({ users, ...rest }: Report): string[] =>
    said({ ...rest, findings: [], users: users.filter(({ userid }) => userid === 'ben') });

  test('in one lag: what the replica has of the old one goes', async () => {
    const report = await audit(await recreated());
    expect(ofBen(report).sort()).toEqual(['safe quotaroot-removal-pending', 'safe subscription-removal-pending']);
    expect([report.verdict, report.findings]).toEqual(['safe', []]);
  });

  test('without the line that says so it needs a person', async () => {
    const pair = await recreated();
    log(pair, 'MAILBOX user.ben\n');
    expect(ofBen(await audit(pair))).toContain('admin quotaroot-only-on-replica');
    expect(ofBen(await audit(pair))).toContain('admin subscription-removed-on-replica');
  });
});
