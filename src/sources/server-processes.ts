import {
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
  type Stats,
  type StatsFs,
} from 'node:fs';
import { uptime } from 'node:os';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { parseImapdConf } from '../formats/imapd-conf/imapd-conf.js';
import { readFailure, readSmallFile } from './read-only-file.js';
import type { Side } from './spool/open-side.js';
import type { ProcEntry } from './spool/proc-entries.js';

/** A process of this machine that belongs to the server of a side. */
export interface ServerProcess {
  readonly pid: number;
  readonly name: string;
  /** By what it was known. */
  readonly because: string;
}

/** What can be said of the processes of a side's server. */
export interface ServerProcesses {
  readonly running: readonly ServerProcess[];
  /** Why more may be running than could be seen; empty = all were seen. */
  readonly blind: readonly string[];
}

/** Type numbers of file systems whose other users may be on other machines. Source: statfs(2), linux/magic.h. */
const SHARED_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x01021997, '9p'],
]);

const DEFAULT_CONF = '/etc/imapd.conf';
/** A command line of a server has some hundred bytes; what is longer is cut. */
const MAX_BYTES = 64 * 1024;
/** The name of Cyrus's master in packages that rename it; elsewhere it is `master` below a directory of Cyrus. */
const MASTER_NAMES = ['cyrmaster', 'cyrus-master'];
/** Programs that write to a spool, by the name of their file, wherever they were installed. */
const PROGRAMS: ReadonlySet<string> = new Set(
  'master imapd pop3d lmtpd httpd nntpd timsieved sync_server sync_client mupdate backupd squatter promstatsd ipurge reconstruct'
    .split(' ')
    .concat(['cyr_expire', 'ctl_cyrusdb', 'ctl_mboxlist', 'ctl_conversationsdb', 'cvt_cyrusdb', 'quota', 'unexpunge']),
);
/** Of the first namespace of processes of a machine; a container has another. Source: PROC_PID_INIT_INO, linux/proc_ns.h. */
const WHOLE_MACHINE = 'pid:[4026531836]';
/** Linux counts the times that it tells in so many ticks a second. Source: USER_HZ, proc(5). */
const TICKS_PER_SECOND = 100;
/** A process that began so much later than its file was written is another one. Unit: ms. */
const CLOCKS_APART = 2000;

/**
 * The processes of a side's server, as this machine knows them: programs of Cyrus that run with its imapd.conf, and
 * whatever holds a file below its configdirectory or partitions open for writing. `proc/` of the side alone is not
 * enough: Cyrus's master and processes that wait for a client have no file there (seen on 3.6.1).
 * @param entries of `proc/` of the side: the process of one is the server's, whatever it looks like, unless the number
 *   was given to another one since
 * @param proc where the kernel shows its processes; tests have another place
 */
export function findServerProcesses(side: Side, entries: readonly ProcEntry[], proc = '/proc'): ServerProcesses {
  const blind = whyElsewhere(side, proc);
  if (blind.length > 0) return { running: [], blind };
  // A kernel that hides the processes of others hides the first of all.
  if (lstatSync(join(proc, '1'), { throwIfNoEntry: false }) === undefined)
    return { running: [], blind: [`${proc} does not show the processes of other users`] };
  const { layout, confFile } = side;
  const roots = [
    layout.configDirectory,
    ...layout.partitions.flatMap(({ data, meta, archive, metaDirs }) => [data, meta, archive, ...metaDirs.values()]),
  ].flatMap((path) => (path === undefined ? [] : [`${realPath(path)}/`]));
  const databases = [layout.mailboxesDb, layout.annotationsDb, layout.quota.db].map(realPath);
  const own: Own = {
    confFile,
    configDirectory: layout.configDirectory,
    places: [...roots, ...databases],
    owner: ownerOf(layout.configDirectory),
  };
  const entryOf = new Map(entries.map((entry) => [entry.pid, entry]));
  const running: ServerProcess[] = [];
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    if (!/^\d+$/.test(name) || pid === process.pid) continue;
    const look = lookAt(proc, name, own);
    if (look === undefined) continue;
    const entry = entryOf.get(pid);
    const isOfEntry = entry !== undefined && !beganAfter(proc, name, entry.writtenAt);
    const because = look.because ?? (isOfEntry ? `has ${entry.path}` : undefined);
    if (because !== undefined) running.push({ pid, name: look.name, because });
    else if (look.hidden !== undefined) blind.push(`process ${name} (${look.name}) ${look.hidden}`);
  }
  return { running: running.sort((a, b) => a.pid - b.pid), blind };
}

/** False when nobody can say. @param at ms since the epoch */
function beganAfter(proc: string, name: string, at: number): boolean {
  const ticks = statFields(join(proc, name))[19] ?? '';
  if (!/^\d+$/.test(ticks)) return false;
  const age = uptime() * 1000 - (Number(ticks) * 1000) / TICKS_PER_SECOND;
  // A container may tell of itself how long it is up, and of its processes since when the machine was.
  return age >= -CLOCKS_APART && Date.now() - age > at + CLOCKS_APART;
}

/** Of a process, from its state on, the third field; the start is the 22nd. The name before it may hold anything. */
function statFields(dir: string): readonly string[] {
  const stat = readSmallFile(join(dir, 'stat'), MAX_BYTES).bytes?.toString('latin1') ?? '';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Why the server of a side may run where this machine does not see it. */
function whyElsewhere({ spec, conf, layout }: Side, proc: string): string[] {
  if (process.platform !== 'linux') return [`processes are looked up in /proc of Linux, not on ${process.platform}`];
  // Cyrus itself takes absolute paths only.
  if (spec.root !== undefined || !isAbsolute(conf.get('configdirectory') ?? ''))
    return ['it is a copy or a disk of another machine, whose processes cannot be seen from here'];
  let type: StatsFs['type'];
  try {
    type = statfsSync(layout.configDirectory).type;
  } catch (error) {
    return [readFailure(error, layout.configDirectory).reason];
  }
  const shared = SHARED_FILE_SYSTEMS.get(type >>> 0);
  if (shared !== undefined) return [`${layout.configDirectory} is on ${shared}, where another machine may use it`];
  // What is mounted into a container may be mounted into others.
  const isMounted = statSync('/').dev !== statSync(layout.configDirectory).dev;
  return isMounted && (linkOf(join(proc, 'self/ns/pid')) ?? WHOLE_MACHINE) !== WHOLE_MACHINE
    ? [
        `this is a container, which shows none of the processes outside, and ${layout.configDirectory} is mounted into it`,
      ]
    : [];
}

/** By what processes of a server are known. */
interface Own {
  readonly confFile: string;
  readonly configDirectory: string;
  /** Directories with a slash behind them, and files. */
  readonly places: readonly string[];
  /** The user that Cyrus runs as. */
  readonly owner: number | undefined;
}

interface Look {
  readonly name: string;
  readonly because?: string;
  /** Why it may be one all the same. */
  readonly hidden?: string;
}

/** undefined = it has ended. */
function lookAt(proc: string, pid: string, { confFile, configDirectory, places, owner }: Own): Look | undefined {
  const dir = join(proc, pid);
  // A zombie is what nobody has asked after: it holds nothing open and writes nothing.
  if (/^[ZX]$/.test(statFields(dir)[0] ?? '')) return undefined;
  const words = readSmallFile(join(dir, 'cmdline'), MAX_BYTES).bytes?.toString('latin1').split('\0') ?? [];
  const name = (words[0] ?? '').replace(/.*\//, '').slice(0, 40);
  const isOurs = isCyrus(dir, words[0] ?? '', owner);
  if (isOurs && realPath(confOf(words)) === confFile) return { name, because: `runs with ${confFile}` };
  let opened: string[];
  try {
    opened = readdirSync(join(dir, 'fd'));
  } catch (error) {
    if (readFailure(error, dir).missing) return undefined;
    return uidOf(dir) === owner ? { name, hidden: 'does not show what it has open' } : { name };
  }
  for (const fd of opened) {
    const link = join(dir, 'fd', fd);
    let path: string;
    try {
      // The rights of the link are those with which the file was opened.
      if ((lstatSync(link).mode & 0o200) === 0) continue;
      path = readlinkSync(link);
    } catch {
      continue;
    }
    if (places.some((place) => path.startsWith(place))) return { name, because: `has ${path} open` };
  }
  if (!isOurs) return { name };
  const [theirs, mine] = [linkOf(join(dir, 'ns/mnt')), linkOf(join(proc, 'self/ns/mnt'))];
  return theirs !== undefined && mine !== undefined && theirs !== mine && !hasOtherSpool(dir, words, configDirectory)
    ? { name, hidden: 'runs in a container, where this spool may have another name' }
    : { name };
}

/** @param owner who owns the spool: a program of his may lie anywhere */
function isCyrus(dir: string, word: string, owner: number | undefined): boolean {
  if (MASTER_NAMES.includes(word.replace(/.*\//, ''))) return true;
  // Told to its owner and to root only.
  const program = linkOf(join(dir, 'exe')) ?? word;
  if (/\/cyrus[^/]*\//.test(program)) return true;
  return PROGRAMS.has(basename(program.replace(/ \(deleted\)$/, ''))) && uidOf(dir) === owner;
}

/** True when a process that sees other mounts runs with an imapd.conf whose configdirectory is there and not this one. */
function hasOtherSpool(dir: string, words: readonly string[], configDirectory: string): boolean {
  const root = join(dir, 'root');
  const file = confOf(words);
  if (statBelow(root, file)?.isFile() !== true) return false;
  const text = readSmallFile(join(root, file), MAX_BYTES).bytes?.toString('utf8') ?? '';
  const conf = parseImapdConf(text, file, () => new Error('not looked for'));
  const theirs = conf.problems.length > 0 ? undefined : conf.get('configdirectory');
  const there = theirs !== undefined && isAbsolute(theirs) ? statBelow(root, theirs) : undefined;
  const here = statSync(configDirectory, { throwIfNoEntry: false });
  return there !== undefined && here !== undefined && (there.dev !== here.dev || there.ino !== here.ino);
}

/** What lies at an absolute path for a process with this root; undefined also where a link would lead to our own root. */
function statBelow(root: string, path: string): Stats | undefined {
  let at = root;
  let stat: Stats | undefined;
  for (const part of normalize(path)
    .split('/')
    .filter((name) => name !== '')) {
    at = join(at, part);
    try {
      stat = lstatSync(at);
    } catch {
      return undefined;
    }
    if (stat.isSymbolicLink()) return undefined;
  }
  return stat;
}

/** As getopt has it: `-C FILE`, `-CFILE` and `-DC FILE`. */
function confOf(words: readonly string[]): string {
  for (const [i, word] of words.entries()) {
    const [, value] = /^-[A-Za-z]*?C(.*)$/s.exec(word) ?? [];
    if (i > 0 && value !== undefined) return value === '' ? (words[i + 1] ?? DEFAULT_CONF) : value;
  }
  return DEFAULT_CONF;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The user that a process runs as; undefined = it has ended. */
function uidOf(dir: string): number | undefined {
  const text = readSmallFile(join(dir, 'status'), MAX_BYTES).bytes?.toString('latin1') ?? '';
  const uid = /^Uid:\t(\d+)/m.exec(text)?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
