import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findServerProcesses, type ServerProcesses } from '../../src/sources/server-processes.js';
import { readProcEntries } from '../../src/sources/spool/proc-entries.js';
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

function find(proc?: string, root?: string): ServerProcesses {
  const side = openSide({ role: 'master', source: conf, ...(root === undefined ? {} : { root }) });
  side.close();
  return findServerProcesses(side, proc);
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
    });
    expect(find(proc)).toEqual({
      running: [
        { pid: 20, name: 'imapd', because: `runs with ${conf}` },
        { pid: 21, name: 'sync_client', because: `runs with ${conf}` },
        { pid: 22, name: 'cyrmaster', because: `runs with ${conf}` },
      ],
      blind: [],
    });
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
  ])('%s', (_, look, expected) => {
    const { running, blind } = look();
    expect([running, blind]).toEqual([[], [expect.stringMatching(expected)]]);
  });
});

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
    expect(readProcEntries(layout)).toEqual({
      entries: [
        { pid: 9, path: join(dir, 'run/9'), service: '', userid: '' },
        { pid: 17, path: join(dir, 'run/17'), service: 'imaps', userid: 'ada' },
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
