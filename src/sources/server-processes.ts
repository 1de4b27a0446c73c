import { lstatSync, readdirSync, readlinkSync, realpathSync, statfsSync, statSync, type StatsFs } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readFailure, readSmallFile } from './read-only-file.js';
import type { Side } from './spool/open-side.js';

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

/**
 * The processes of a side's server, as this machine knows them: programs of Cyrus that run with its imapd.conf, and
 * whatever holds a file below its configdirectory or partitions open for writing. `proc/` of the side alone is not
 * enough: Cyrus's master and processes that wait for a client have no file there (seen on 3.6.1).
 * @param proc where the kernel shows its processes; tests have another place
 */
export function findServerProcesses(side: Side, proc = '/proc'): ServerProcesses {
  const blind = whyElsewhere(side);
  if (blind.length > 0) return { running: [], blind };
  // A kernel that hides the processes of others hides the first of all.
  if (lstatSync(join(proc, '1'), { throwIfNoEntry: false }) === undefined)
    return { running: [], blind: [`${proc} does not show the processes of other users`] };
  const { layout, confFile } = side;
  const places = [
    layout.configDirectory,
    ...layout.partitions.flatMap(({ data, meta, archive }) => [data, meta, archive]),
  ]
    .flatMap((path) => (path === undefined ? [] : [realPath(path)]))
    .map((path) => `${path}/`);
  const owner = ownerOf(layout.configDirectory);
  const running: ServerProcess[] = [];
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const look = lookAt(join(proc, name), confFile, places, owner);
    if (look?.because !== undefined) running.push({ pid: Number(name), name: look.name, because: look.because });
    else if (look?.hidden === true) blind.push(`process ${name} (${look.name}) does not show what it has open`);
  }
  return { running: running.sort((a, b) => a.pid - b.pid), blind };
}

/** Why the server of a side may run where this machine does not see it. */
function whyElsewhere({ spec, conf, layout }: Side): string[] {
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
  return shared === undefined ? [] : [`${layout.configDirectory} is on ${shared}, where another machine may use it`];
}

interface Look {
  readonly name: string;
  readonly because?: string;
  readonly hidden?: boolean;
}

/** undefined = it has ended, or is none of the server's. */
function lookAt(dir: string, confFile: string, places: readonly string[], owner: number | undefined): Look | undefined {
  const words = readSmallFile(join(dir, 'cmdline'), MAX_BYTES).bytes?.toString('latin1').split('\0') ?? [];
  const name = (words[0] ?? '').replace(/.*\//, '').slice(0, 40);
  if (isCyrus(dir, words[0] ?? '') && realPath(confOf(words)) === confFile)
    return { name, because: `runs with ${confFile}` };
  let opened: string[];
  try {
    opened = readdirSync(join(dir, 'fd'));
  } catch (error) {
    const { missing } = readFailure(error, dir);
    return missing || uidOf(dir) !== owner ? undefined : { name, hidden: true };
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
  return undefined;
}

function isCyrus(dir: string, word: string): boolean {
  if (MASTER_NAMES.includes(word.replace(/.*\//, ''))) return true;
  let program: string;
  try {
    program = readlinkSync(join(dir, 'exe'));
  } catch {
    // Told to its owner and to root only.
    program = word;
  }
  return /\/cyrus[^/]*\//.test(program);
}

function confOf(words: readonly string[]): string {
  const at = words.indexOf('-C');
  return at < 0 ? DEFAULT_CONF : (words[at + 1] ?? DEFAULT_CONF);
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
