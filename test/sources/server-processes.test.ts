import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findServerProcesses, type ServerProcesses } from '../../src/sources/server-processes.js';
import { readProcEntries, type ProcEntry } from '../../src/sources/spool/proc-entries.js';
import { openSide } from '../../src/sources/spool/open-side.js';
import { makeSpoolLayout } from '../../src/sources/spool/paths.js';
import { parseImapdConf } from '../../src/formats/imapd-conf/imapd-conf.js';
import { writeSide } from '../support/encode/write-side.js';

let dir: string;
let conf: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'cyraudit-processes-')));
  writeSide(dir, { mailboxes: 1, messages: 1, seed: 1 });
  conf = join(dir, 'imapd.conf');
  // As a server has it.
  writeFileSync(conf, readFileSync(conf, 'utf8').replaceAll(/: (conf|spool)$/gm, `: ${dir}/$1`));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

function find(proc?: string, root?: string, entries: readonly ProcEntry[] = []): ServerProcesses {
  const side = openSide({ role: 'master', source: conf, ...(root === undefined ? {} : { root }) });
  side.close();
  return findServerProcesses(side, entries, proc);
}

/** A program that has a file open, and no other link to the side. */
async function holding(path: string, flags: string): Promise<number> {
  const fd = openSync(path, flags);
  const child = spawn('sleep', ['60'], { stdio: [fd, 'ignore', 'ignore'] });
  closeSync(fd);
  children.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  return child.pid!;
}

/** A `/proc` with the first process of all and these. */
function makeProc(
  processes: Readonly<Record<string, { readonly words: readonly string[]; readonly exe: string }>>,
): string {
  const proc = join(dir, 'proc');
  mkdirSync(join(proc, '1'), { recursive: true });
  for (const [pid, { words, exe }] of Object.entries(processes)) {
    mkdirSync(join(proc, pid, 'fd'), { recursive: true });
    writeFileSync(join(proc, pid, 'cmdline'), words.map((word) => `${word}\0`).join(''));
    symlinkSync(exe, join(proc, pid, 'exe'));
  }
  return proc;
}

/** Has a process see other mounts than we do. */
function inOtherMounts(proc: string, pid: string): void {
  for (const [name, mnt] of [
    ['self', 'mnt:[1]'],
    [pid, 'mnt:[2]'],
  ] as const) {
    mkdirSync(join(proc, name, 'ns'), { recursive: true });
    symlinkSync(mnt, join(proc, name, 'ns/mnt'));
  }
}

describe.runIf(process.platform === 'linux')('a process of the server', () => {
  test('is one that has a file of the side open for writing', async () => {
    const pid = await holding(join(dir, 'conf/mailboxes.db'), 'r+');
    expect(find()).toEqual({
      running: [{ pid, name: 'sleep', because: `has ${dir}/conf/mailboxes.db open` }],
      blind: [],
    });
  });

  test('is none that reads, or has other files open', async () => {
    await holding(join(dir, 'conf/mailboxes.db'), 'r');
    await holding(join(dir, 'other'), 'w');
    expect(find()).toEqual({ running: [], blind: [] });
  });

  test('is a program of Cyrus with its imapd.conf, whatever it has open', () => {
    symlinkSync(conf, join(dir, 'link.conf'));
    const exe = '/usr/lib/cyrus/bin/imapd';
    const proc = makeProc({
      20: { words: ['imapd', '-C', conf], exe },
      21: {
        words: ['sync_client', '-r', '-C', join(dir, 'link.conf')],
        exe: '/opt/cyrus-imapd/bin/sync_client (deleted)',
      },
      22: { words: ['/usr/sbin/cyrmaster', '-D', '-C', conf], exe: '/unreadable' },
      // Of another server, of no server, and of a program that only names it.
      23: { words: ['imapd', '-C', join(dir, 'other.conf')], exe },
      24: { words: ['imapd'], exe },
      25: { words: ['vi', '-C', conf], exe: '/usr/bin/vi' },
      // As getopt takes it too.
      26: { words: ['lmtpd', `-C${conf}`], exe: '/usr/lib/cyrus/bin/lmtpd' },
      27: { words: ['cyrmaster', '-DC', conf], exe: '/unreadable' },
      28: { words: ['/usr/sbin/cyrmaster', '-d', '-M', '/etc/C/cyrus.conf', '-C', join(dir, 'other.conf')], exe },
    });
    expect(find(proc)).toEqual({
      running: [
        { pid: 20, name: 'imapd', because: `runs with ${conf}` },
        { pid: 21, name: 'sync_client', because: `runs with ${conf}` },
        { pid: 22, name: 'cyrmaster', because: `runs with ${conf}` },
        { pid: 26, name: 'lmtpd', because: `runs with ${conf}` },
        { pid: 27, name: 'cyrmaster', because: `runs with ${conf}` },
      ],
      blind: [],
    });
  });

  test('is a program of Cyrus wherever it was installed, when it runs as the owner of the spool', () => {
    const exe = '/usr/libexec/imapd';
    const proc = makeProc({
      20: { words: ['imapd', '-C', conf], exe },
      21: { words: ['imapd', '-C', conf], exe },
      22: { words: ['/usr/libexec/postfix/master', '-w'], exe: '/usr/libexec/postfix/master' },
    });
    writeFileSync(join(proc, '20/status'), `Name:\timapd\nUid:\t${String(process.getuid!())}\t0\t0\t0\n`);
    writeFileSync(join(proc, '21/status'), 'Name:\timapd\nUid:\t4711\t0\t0\t0\n');
    expect(find(proc).running.map(({ pid }) => pid)).toEqual([20]);
  });

  test('is one that holds a database that lies elsewhere', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'cyraudit-lists-')));
    try {
      renameSync(join(dir, 'conf/mailboxes.db'), join(elsewhere, 'mailboxes.db'));
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}mboxlist_db_path: ${elsewhere}/mailboxes.db\n`);
      const pid = await holding(join(elsewhere, 'mailboxes.db'), 'r+');
      expect(find().running.map((one) => one.pid)).toEqual([pid]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('is that of a file in proc/, unless its number was given to another one since', async () => {
    const pid = await holding(join(dir, 'other'), 'w');
    const entry = (writtenAt: number): ProcEntry[] => [
      { pid, path: join(dir, 'conf/proc', String(pid)), service: 'imap', userid: 'ada', writtenAt },
    ];
    expect(find(undefined, undefined, entry(Date.now())).running).toEqual([
      { pid, name: 'sleep', because: `has ${dir}/conf/proc/${String(pid)}` },
    ]);
    expect(find(undefined, undefined, entry(Date.now() - 60_000)).running).toEqual([]);
    // When it began cannot be told.
    const proc = makeProc({ 30: { words: ['sleep'], exe: '/usr/bin/sleep' } });
    const unknown = { ...entry(0)[0]!, pid: 30 };
    expect(find(proc, undefined, [unknown]).running.map((one) => one.pid)).toEqual([30]);
  });
});

describe('where it cannot be seen', () => {
  test.each<[string, () => ServerProcesses, RegExp]>([
    [
      'a copy below a root',
      () => {
        // Its absolute paths lie below the root.
        symlinkSync(dir, join(dir, 'root'));
        return find(undefined, '/.');
      },
      /a copy or a disk of another machine/,
    ],
    [
      'relative paths',
      () => {
        writeFileSync(conf, readFileSync(conf, 'utf8').replaceAll(`${dir}/`, ''));
        return find();
      },
      /a copy or a disk of another machine/,
    ],
    [
      'processes of others are hidden',
      () => {
        mkdirSync(join(dir, 'empty'));
        return find(join(dir, 'empty'));
      },
      /does not show the processes of other users/,
    ],
    [
      'a program of Cyrus runs in a container',
      () => {
        const proc = makeProc({ 20: { words: ['imapd', '-C', '/etc/other.conf'], exe: '/usr/lib/cyrus/bin/imapd' } });
        inOtherMounts(proc, '20');
        return find(proc);
      },
      /^process 20 \(imapd\) runs in a container, where this spool may have another name$/,
    ],
  ])('%s', (_, look, expected) => {
    const { running, blind } = look();
    expect([running, blind]).toEqual([[], [expect.stringMatching(expected)]]);
  });
});

describe.runIf(process.platform === 'linux')('a server in a container', () => {
  /** Process 20 runs with /etc/other.conf of its own root, in which its configdirectory is said. */
  const inContainer = (configDirectory: string, prepare: (root: string) => void): ServerProcesses => {
    const proc = makeProc({ 20: { words: ['imapd', '-C', '/etc/other.conf'], exe: '/usr/lib/cyrus/bin/imapd' } });
    inOtherMounts(proc, '20');
    const root = join(proc, '20/root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/other.conf'), `configdirectory: ${configDirectory}\n`);
    prepare(root);
    return find(proc);
  };

  test('is another one when its configdirectory is', () => {
    expect(
      inContainer('/conf', (root) => {
        mkdirSync(join(root, 'conf'));
      }),
    ).toEqual({ running: [], blind: [] });
  });

  test.each<[string, string, (root: string) => void]>([
    ['where there is none', '/conf', () => undefined],
    // Where it leads in that container cannot be told from here.
    ['behind a link', '/conf', (root) => symlinkSync('/tmp', join(root, 'conf'))],
    ['that is this one', '/conf', (root) => renameSync(join(dir, 'conf'), join(root, 'conf'))],
    [
      'that an included file may say',
      '/conf\n@include: /etc/more.conf',
      (root) => {
        mkdirSync(join(root, 'conf'));
      },
    ],
  ])('may be this one with a configdirectory %s', (name, configDirectory, prepare) => {
    const { running, blind } = inContainer(configDirectory, (root) => {
      prepare(root);
      // A directory under two names, as a mount makes it.
      if (name === 'that is this one') symlinkSync(join(root, 'conf'), join(dir, 'conf'));
    });
    expect([running, blind]).toEqual([[], [expect.stringMatching(/^process 20 \(imapd\) runs in a container/)]]);
  });
});

test.runIf(process.platform === 'linux')('a zombie has ended', () => {
  const proc = makeProc({ 20: { words: ['imapd', '-C', conf], exe: '/usr/lib/cyrus/bin/imapd' } });
  for (const [state, running] of [
    ['S', 1],
    ['Z', 0],
  ] as const) {
    writeFileSync(join(proc, '20/stat'), `20 (im) apd) ${state} 1 20 20 0`);
    expect(find(proc).running).toHaveLength(running);
  }
});

/** A file system of its own. */
const MOUNTED = '/dev/shm';
const isMounted = statSync(MOUNTED, { throwIfNoEntry: false })?.dev !== statSync('/').dev;

test.runIf(process.platform === 'linux' && isMounted)(
  'in a container, the server of a spool that was mounted into it may run outside',
  () => {
    const spool = mkdtempSync(join(MOUNTED, 'cyraudit-processes-'));
    try {
      cpSync(dir, spool, { recursive: true, preserveTimestamps: true });
      writeFileSync(conf, readFileSync(conf, 'utf8').replaceAll(dir, spool));
      const proc = makeProc({});
      mkdirSync(join(proc, 'self/ns'), { recursive: true });
      symlinkSync('pid:[4026531836]', join(proc, 'self/ns/pid'));
      expect(find(proc)).toEqual({ running: [], blind: [] });
      rmSync(join(proc, 'self/ns/pid'));
      symlinkSync('pid:[4026532999]', join(proc, 'self/ns/pid'));
      expect(find(proc).blind).toEqual([expect.stringMatching(/^this is a container.* is mounted into it$/)]);
    } finally {
      rmSync(spool, { recursive: true });
    }
  },
);

describe('files in proc/', () => {
  const layoutOf = (text: string) =>
    makeSpoolLayout(
      parseImapdConf(text, conf, () => new Error('none')),
      { confDir: dir },
    );

  test('are named for their process and say whom it serves', () => {
    const layout = layoutOf(`configdirectory: ${dir}/conf\npartition-a: ${dir}/spool\nproc_path: ${dir}/run\n`);
    mkdirSync(join(dir, 'run'));
    writeFileSync(join(dir, 'run/17'), 'imaps\tclient [192.0.2.1]\tada\tuser.ada\tFetch\n');
    writeFileSync(join(dir, 'run/9'), '');
    writeFileSync(join(dir, 'run/17.new'), 'half');
    for (const name of ['9', '17']) utimesSync(join(dir, 'run', name), 1_700_000_000, 1_700_000_000);
    expect(readProcEntries(layout)).toEqual({
      entries: [
        { pid: 9, path: join(dir, 'run/9'), service: '', userid: '', writtenAt: 1_700_000_000_000 },
        { pid: 17, path: join(dir, 'run/17'), service: 'imaps', userid: 'ada', writtenAt: 1_700_000_000_000 },
      ],
      unread: [],
    });
  });

  test('are below configdirectory by default; none, when there is no such directory', () => {
    const layout = layoutOf(`configdirectory: ${dir}/conf\npartition-a: ${dir}/spool\n`);
    expect(layout.procDir).toBe(join(dir, 'conf/proc'));
    expect(readProcEntries(layout)).toEqual({ entries: [], unread: [] });
    writeFileSync(join(dir, 'conf/proc'), 'a file');
    expect(readProcEntries(layout).unread).toEqual([]);
  });
});
