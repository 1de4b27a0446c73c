import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report.js';
import { auditInThread } from '../support/audit-in-thread.js';
import { atRest } from '../support/at-rest.js';
import { mailboxDir, makeUserMetaPath } from '../support/edit-side.js';
import { writeSide } from '../support/encode/write-side.js';

const LEVELS = ['index', 'files', 'content'] as const;
const SERVER = 10_103;
const GROUP = 10_008;
const WORK = 'user.u000000.folder1';
type Sides = { readonly master: string; readonly replica: string };

/** As a server leaves it: everything its own, and nobody else's business. */
function giveTo(uid: number, gid: number, path: string): void {
  const stat = lstatSync(path);
  chownSync(path, uid, gid);
  if (!stat.isDirectory()) {
    chmodSync(path, 0o600);
    return;
  }
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) giveTo(uid, gid, join(path, name));
  lutimesSync(path, stat.atime, stat.mtime);
}

// Only root can give files away.
describe.skipIf(process.getuid?.() !== 0)('what belongs to somebody else than the server runs as', () => {
  let dir: string;
  let pair: Sides;
  let kept: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'cyraudit-access-'));
    kept = join(dir, 'kept');
    writeSide(join(kept, 'master'), { mailboxes: 6, messages: 5, seed: 1, mailboxesPerUser: 3 });
    mkdirSync(join(kept, 'master/conf/sync'));
    cpSync(join(kept, 'master'), join(kept, 'replica'), { recursive: true, preserveTimestamps: true });
    for (const side of ['master', 'replica']) {
      const sub = makeUserMetaPath(join(kept, side), 'user.u000000', 'sub');
      writeFileSync(sub, 'user.u000000\t\n');
      atRest(sub);
    }
  });
  beforeEach(() => {
    const work = join(dir, 'work');
    cpSync(kept, work, { recursive: true, preserveTimestamps: true });
    pair = { master: join(work, 'master'), replica: join(work, 'replica') };
    for (const side of Object.values(pair)) giveTo(SERVER, GROUP, side);
  });
  afterEach(() => {
    rmSync(join(dir, 'work'), { recursive: true });
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  const codesOf = ({ findings, mailboxes, users }: Report): string[] => [
    ...findings.map(({ code, class: of, side }) => `${of} ${code} ${side!}`),
    ...mailboxes.flatMap(({ mboxname, findings: of }) => of.map(({ code, side }) => `${mboxname} ${code} ${side!}`)),
    ...users.flatMap(({ userid, findings: of }) => of.map(({ code, side }) => `${userid} ${code} ${side!}`)),
  ];
  const asRoot = (path: string, mode: number): void => {
    chownSync(path, 0, 0);
    chmodSync(path, mode);
  };

  test.each(LEVELS)('at level %s: nothing is said of what is its own', async (level) => {
    expect(codesOf(await auditInThread(pair, { level }))).toEqual([]);
  });

  const ofMailbox = (name: string) => (side: string) => join(mailboxDir(side, WORK), name);
  test('at every level, of a mailbox: the index', async () => {
    for (const side of ['master', 'replica'] as const) {
      for (const mode of [0o644, 0o600]) {
        asRoot(ofMailbox('cyrus.index')(pair[side]), mode);
        for (const level of LEVELS) {
          const report = await auditInThread(pair, { level });
          expect(codesOf(report)).toEqual([`${WORK} mailbox-not-accessible ${side}`]);
          expect([report.verdict, report.complete]).toEqual(['admin', true]);
        }
      }
      giveTo(SERVER, GROUP, mailboxDir(pair[side], WORK));
    }
  });

  test.each([
    ['the directory, which it may search', '', 0o755, 'mailbox-not-writable'],
    ['the directory', '', 0o700, 'mailbox-not-accessible'],
    ['the header', 'cyrus.header', 0o600, 'mailbox-not-accessible'],
    ['the cache, which it may read', 'cyrus.cache', 0o644, 'mailbox-not-writable'],
    ['a message', '3.', 0o600, 'message-file-not-accessible'],
  ] as const)('where files are looked at, of a mailbox: %s', async (_, name, mode, code) => {
    for (const side of ['master', 'replica'] as const) {
      asRoot(ofMailbox(name)(pair[side]), mode);
      for (const level of ['files', 'content'] as const)
        expect(codesOf(await auditInThread(pair, { level }))).toEqual([`${WORK} ${code} ${side}`]);
      giveTo(SERVER, GROUP, mailboxDir(pair[side], WORK));
    }
  });

  test('what it may read it need not own', async () => {
    asRoot(ofMailbox('3.')(pair.master), 0o644);
    asRoot(ofMailbox('cyrus.header')(pair.master), 0o644);
    expect(codesOf(await auditInThread(pair, { level: 'content' }))).toEqual([]);
  });

  test('what its group may use it need not own', async () => {
    const index = ofMailbox('cyrus.index')(pair.master);
    chownSync(index, 0, GROUP);
    chmodSync(index, 0o660);
    expect(codesOf(await auditInThread(pair, { level: 'index' }))).toEqual([]);
  });

  test.each([
    ['subscriptions', (side: string) => makeUserMetaPath(side, 'user.u000000', 'sub'), 0o644],
    ['the directory of the user', (side: string) => join(makeUserMetaPath(side, 'user.u000000', 'sub'), '..'), 0o755],
  ] as const)('of a user: %s', async (_, pathIn, mode) => {
    for (const side of ['master', 'replica'] as const) asRoot(pathIn(pair[side]), mode);
    const report = await auditInThread(pair, { level: 'index' });
    expect(codesOf(report)).toEqual([
      'u000000 user-files-not-accessible master',
      'u000000 user-files-not-accessible replica',
    ]);
  });

  test.each([
    ['mailboxes.db', 'conf/mailboxes.db', 0o644],
    ['the root of the partition', 'spool', 0o755],
    ['what mailboxes lie in', 'spool/uuid', 0o755],
    ['the directory of the log', 'conf/sync', 0o755],
  ] as const)('of the server: %s', async (_, name, mode) => {
    asRoot(join(pair.replica, name), mode);
    const report = await auditInThread(pair, { level: 'index' });
    expect(codesOf(report)).toEqual(['admin server-files-not-accessible replica']);
    expect(report.findings[0]!.facts).toMatchObject({
      file: join(pair.replica, name),
      found: `mode 0${mode.toString(8)} of uid 0, gid 0`,
    });
  });

  test('a hash directory that is not its own is told by the look at the spool', async () => {
    const hashed = join(mailboxDir(pair.master, WORK), '..');
    asRoot(hashed, 0o755);
    const report = await auditInThread(pair, { level: 'index' });
    expect(codesOf(report)).toEqual(['admin server-files-not-accessible master']);
    expect(report.findings[0]!.facts.file).toBe(hashed);
  });

  describe('nothing is said where it is not known whom the server runs as', () => {
    const takeAll = (side: string): void => {
      for (const name of ['cyrus.index', 'cyrus.header', '3.']) asRoot(ofMailbox(name)(side), 0o600);
    };
    test.each([
      [
        'a copy that root made',
        (side: string) => {
          asRoot(join(side, 'conf'), 0o755);
        },
      ],
      [
        'a copy that nobody may write to',
        (side: string) => {
          chmodSync(join(side, 'conf'), 0o555);
        },
      ],
      [
        'a file system that names no owners',
        (side: string) => {
          chownSync(join(side, 'conf'), 65_534, 65_534);
        },
      ],
    ] as const)('%s', async (_, make) => {
      for (const side of Object.values(pair)) {
        takeAll(side);
        make(side);
      }
      expect(codesOf(await auditInThread(pair, { level: 'content' }))).toEqual([]);
    });

    test('a file whose owner the system cannot name', async () => {
      chownSync(ofMailbox('cyrus.index')(pair.master), 65_534, 65_534);
      expect(codesOf(await auditInThread(pair, { level: 'index' }))).toEqual([]);
    });
  });
});
