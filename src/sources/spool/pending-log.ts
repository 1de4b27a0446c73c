import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSyncLog } from '../../formats/sync-log/sync-log.js';
import type { FormatFault } from '../../model/fault.js';
import { readSmallFile } from '../read-only-file.js';
import type { SpoolLayout, SyncLogChannel } from './paths.js';

/** What the pending log of one channel says that -u and -A alone would not do. */
export interface PendingLog {
  readonly channel: string | null;
  readonly files: readonly string[];
  readonly lines: number;
  /** `old NUL new` of every RENAME line. */
  readonly renames: ReadonlySet<string>;
  /** Mailboxes named by lines that sync a mailbox. */
  readonly mailboxes: ReadonlySet<string>;
  readonly unmailbox: ReadonlySet<string>;
  readonly unuser: ReadonlySet<string>;
  /** Quota roots whose limits were set or removed. */
  readonly quotas: ReadonlySet<string>;
  /** `userid NUL mboxname` of every subscription that was added or, with the same SUB line, removed. */
  readonly subscriptions: ReadonlySet<string>;
  readonly faults: readonly FormatFault[];
  /** Files that could not be read. */
  readonly unread: readonly string[];
}

/** A log is read whole; one that has grown past this is not judged. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
/** `log`, the batch in work, and what dead readers left (2.3 and 2.4 named them by process). */
const LOG_FILE = /^log(-run|-\d+)?$/;

/** The channel that squatter indexes from; no replica is served by it. Source: squatter(8), 3.6.7. */
const SQUATTER = 'squatter';

/** The pending logs of every channel that may serve a replica. Which one serves the replica at hand no file says. */
export function readPendingLogs({ channels }: SpoolLayout['syncLog']): PendingLog[] {
  return channels.filter(({ channel }) => channel !== SQUATTER).map(readPendingLog);
}

/** Reads every pending log file of a channel; a missing directory or file means that nothing is pending. */
export function readPendingLog({ channel, dir }: SyncLogChannel): PendingLog {
  let names: string[] = [];
  const unread: string[] = [];
  try {
    names = readdirSync(dir)
      .filter((name) => LOG_FILE.test(name))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') unread.push(`${dir}: ${code ?? 'cannot be read'}`);
  }
  const log = {
    channel,
    files: [] as string[],
    lines: 0,
    renames: new Set<string>(),
    mailboxes: new Set<string>(),
    unmailbox: new Set<string>(),
    unuser: new Set<string>(),
    quotas: new Set<string>(),
    subscriptions: new Set<string>(),
    faults: [] as FormatFault[],
    unread,
  };
  for (const name of names) {
    const path = join(dir, name);
    const read = readSmallFile(path, MAX_LOG_BYTES);
    if (read.failure !== undefined) {
      if (!read.failure.missing) unread.push(read.failure.reason);
      continue;
    }
    log.files.push(path);
    const { value = [], faults } = parseSyncLog(read.bytes, path);
    log.faults.push(...faults);
    log.lines += value.length;
    for (const { type, args } of value) {
      const [first = '', second] = args;
      switch (type) {
        case 'RENAME':
          if (second !== undefined) log.renames.add(`${first}\0${second}`);
          break;
        case 'MAILBOX':
        case 'APPEND':
        case 'ACL':
          log.mailboxes.add(first);
          break;
        case 'DOUBLEMAILBOX':
          log.mailboxes.add(first);
          if (second !== undefined) log.mailboxes.add(second);
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
        case 'SUB':
        case 'UNSUB':
          if (second !== undefined) log.subscriptions.add(`${first}\0${second}`);
          break;
        default:
      }
    }
  }
  return log;
}
