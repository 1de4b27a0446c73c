import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scanSyncLog, type SyncLogLine } from '../../formats/sync-log/sync-log.js';
import type { FormatFault } from '../../model/fault.js';
import { PagedFile, readFailure } from '../read-only-file.js';
import type { SpoolLayout, SyncLogChannel } from './paths.js';

/** The state that the pending log of one channel would have compared, by kind. Memory: every name once. */
export interface PendingLog {
  readonly channel: string | null;
  /** In the order in which a reader takes them. */
  readonly files: readonly string[];
  readonly lines: number;
  /** Users that are synced as a whole. */
  readonly users: ReadonlySet<string>;
  /** Users whose seen state, subscriptions and sieve scripts are synced. */
  readonly meta: ReadonlySet<string>;
  /** `old NUL new` of every RENAME line. */
  readonly renames: ReadonlySet<string>;
  /** Mailboxes named by lines that sync a mailbox. */
  readonly mailboxes: ReadonlySet<string>;
  /** How many names these and the RENAME lines have between them. */
  readonly mailboxNames: number;
  readonly unmailbox: ReadonlySet<string>;
  readonly unuser: ReadonlySet<string>;
  /** Quota roots whose limits were set or removed. */
  readonly quotas: ReadonlySet<string>;
  /** Mailboxes whose annotations were set; empty = those of the server. */
  readonly annotations: ReadonlySet<string>;
  /** `userid NUL uniqueid` of every external seen state that was changed. */
  readonly seen: ReadonlySet<string>;
  /** `userid NUL mboxname` of every subscription that was added or, with the same SUB line, removed. */
  readonly subscriptions: ReadonlySet<string>;
  /** Types of lines that this release does not know; a reader that does acts on them. */
  readonly unknownTypes: ReadonlySet<string>;
  readonly faults: readonly FormatFault[];
  /** Files that could not be read. */
  readonly unread: readonly string[];
}

/** `log`, the batch in work, and what dead readers left (2.3 and 2.4 named them by process). */
const LOG_FILE = /^log(-run|-\d+)?$/;
/** A log is read a page at a time: one that a stopped sync_client has let grow has no limit. */
const CACHE_BYTES = 256 * 1024;

/** The channel that squatter indexes from; no replica is served by it. Source: squatter(8), 3.6.7. */
const SQUATTER = 'squatter';

/** The pending logs of every channel that may serve a replica. Which one serves the replica at hand no file says. */
export function readPendingLogs({ channels }: SpoolLayout['syncLog']): PendingLog[] {
  return channels.filter(({ channel }) => channel !== SQUATTER).map(readPendingLog);
}

/** Directories below `sync/` that are looked at, and how deep: the name of a channel may have slashes. */
const MAX_CHANNELS = 1000;
const MAX_DEPTH = 8;

/**
 * Channels that have log files and that imapd.conf does not name, or does not name any more: no sync_client that is
 * started by it takes them. Their directories are listed; what cannot be is in `unread`.
 */
export function findOtherChannels({ configDirectory, syncLog }: Pick<SpoolLayout, 'configDirectory' | 'syncLog'>): {
  readonly channels: readonly SyncLogChannel[];
  readonly unread: readonly string[];
} {
  const base = join(configDirectory, 'sync');
  const known = new Set(syncLog.channels.map(({ dir }) => dir));
  const unread: string[] = [];
  const below = directoriesBelow(base, unread).map((channel) => ({ channel, dir: join(base, channel) }));
  const channels = [{ channel: null, dir: base }, ...below].filter((candidate) => {
    if (known.has(candidate.dir)) return false;
    const { files, unread: problems } = findLogFiles(candidate);
    unread.push(...problems);
    return files.length > 0;
  });
  return { channels, unread };
}

/** Paths of directories, each behind that which it lies in. */
function directoriesBelow(base: string, unread: string[]): string[] {
  const found: string[] = [];
  for (let at = -1; at < found.length; at++) {
    const parent = at < 0 ? [] : found[at]!.split('/');
    for (const name of directoriesIn(join(base, ...parent), at < 0, unread)) {
      const path = [...parent, name].join('/');
      if (path === SQUATTER) continue;
      if (found.length >= MAX_CHANNELS || parent.length >= MAX_DEPTH) {
        unread.push(`${base}: too many directories: ${path} and others were not looked at`);
        return found;
      }
      found.push(path);
    }
  }
  return found;
}

/** @param isTop a channel may lie on another disk, but directories below it that are links could lead round in a circle */
function directoriesIn(dir: string, isTop: boolean, unread: string[]): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (isTop && entry.isSymbolicLink()))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const { missing, reason } = readFailure(error, dir);
    if (!missing) unread.push(reason);
    return [];
  }
}

/** Paths of the log files of a channel, in the order in which a reader takes them. A missing directory has none. */
export function findLogFiles({ dir, problem }: Pick<SyncLogChannel, 'dir' | 'problem'>): {
  readonly files: readonly string[];
  readonly unread: string[];
} {
  if (problem !== undefined) return { files: [], unread: [problem] };
  try {
    // A batch in work comes first, and what is still being written last.
    const names = readdirSync(dir)
      .filter((name) => LOG_FILE.test(name))
      .sort((a, b) => Number(a === 'log') - Number(b === 'log') || (a < b ? -1 : 1));
    return { files: names.map((name) => join(dir, name)), unread: [] };
  } catch (error) {
    const { missing, reason } = readFailure(error, dir);
    return { files: [], unread: missing ? [] : [reason] };
  }
}

/** Reads every pending log file of a channel; a missing directory or file means that nothing is pending. */
export function readPendingLog(from: SyncLogChannel): PendingLog {
  const { channel } = from;
  const { files, unread } = findLogFiles(from);
  const log = {
    channel,
    files: [] as string[],
    lines: 0,
    users: new Set<string>(),
    meta: new Set<string>(),
    renames: new Set<string>(),
    mailboxes: new Set<string>(),
    mailboxNames: 0,
    unmailbox: new Set<string>(),
    unuser: new Set<string>(),
    quotas: new Set<string>(),
    annotations: new Set<string>(),
    seen: new Set<string>(),
    subscriptions: new Set<string>(),
    unknownTypes: new Set<string>(),
    faults: [] as FormatFault[],
    unread,
  };
  for (const path of files) {
    let file: PagedFile | undefined;
    try {
      file = PagedFile.open(path, CACHE_BYTES);
      log.files.push(path);
      const faults: FormatFault[] = [];
      for (const line of scanSyncLog(file, path, faults)) {
        log.lines += 1;
        addLine(log, line);
      }
      log.faults.push(...faults);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      const { missing, reason } = readFailure(error, path);
      if (!missing) unread.push(reason);
    } finally {
      file?.close();
    }
  }
  log.mailboxNames = log.mailboxes.size + countOthers(log);
  return log;
}

function countOthers({ renames, mailboxes }: Pick<PendingLog, 'renames' | 'mailboxes'>): number {
  const others = new Set<string>();
  for (const rename of renames) for (const name of rename.split('\0')) if (!mailboxes.has(name)) others.add(name);
  return others.size;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends ReadonlySet<infer E> ? Set<E> : T[K] };

/** Types of a hostile log that are kept. */
const MAX_TYPES = 100;

/** A line of a type that is not known says nothing: readers skip it. */
function addLine(log: Mutable<PendingLog>, { type, args }: SyncLogLine): void {
  const [first = '', second = ''] = args;
  switch (type) {
    case 'USER':
      log.users.add(first);
      break;
    case 'META':
    case 'SIEVE':
      log.meta.add(first);
      break;
    case 'RENAME':
      log.renames.add(`${first}\0${second}`);
      break;
    case 'MAILBOX':
    case 'APPEND':
    case 'ACL':
      log.mailboxes.add(first);
      break;
    case 'DOUBLEMAILBOX':
      log.mailboxes.add(first);
      log.mailboxes.add(second);
      break;
    case 'UNMAILBOX':
      log.unmailbox.add(first);
      break;
    case 'UNUSER':
      log.unuser.add(first);
      break;
    case 'QUOTA':
      log.quotas.add(first);
      break;
    case 'ANNOTATION':
      log.annotations.add(first);
      break;
    case 'SEEN':
      log.seen.add(`${first}\0${second}`);
      break;
    case 'SUB':
    case 'UNSUB':
      log.subscriptions.add(`${first}\0${second}`);
      break;
    default:
      if (log.unknownTypes.size < MAX_TYPES) log.unknownTypes.add(type);
  }
}
