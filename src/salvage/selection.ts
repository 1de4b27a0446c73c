import type { Includable } from '../findings/salvage/verdicts.js';
import { scanSyncLog } from '../formats/sync-log/sync-log.js';
import { AuditError } from '../model/audit-error.js';
import { globFilter } from '../model/globs.js';
import { PagedFile } from '../sources/read-only-file.js';
import { systemErrorWords } from '../sources/system-error.js';
import type { Unit } from '../sources/spool/mailbox-list.js';

/** What of OLD is looked at; nothing given = everything. */
export interface SelectionOptions {
  /** Globs over userid and internal mailbox name. */
  readonly users: readonly string[];
  readonly mailboxes: readonly string[];
  /** Sync logs: only users and mailboxes that they name. */
  readonly logs: readonly string[];
  /** Only messages with a time at or after it. Unit: s since the epoch. */
  readonly since?: number;
  readonly include: ReadonlySet<Includable>;
}

export interface Selection {
  readonly include: ReadonlySet<Includable>;
  readonly since: number;
  takesUnit(unit: Unit): boolean;
  takesMailbox(mboxname: string, unit: Unit): boolean;
  /** Lines of logs that name nothing or could not be read. */
  readonly unread: readonly { readonly what: string; readonly reason: string }[];
}

interface LoggedNames {
  readonly users: Set<string>;
  readonly mailboxes: Set<string>;
}

/** A log is read a page at a time. Unit: bytes. */
const CACHE_BYTES = 256 * 1024;

/** @throws AuditError for a log that cannot be read */
export function makeSelection(options: SelectionOptions): Selection {
  const { users, mailboxes, logs, since = 0, include } = options;
  const matchesUser = globFilter(users);
  const matchesMailbox = globFilter(mailboxes);
  const unread: { what: string; reason: string }[] = [];
  const logged: LoggedNames | undefined =
    logs.length === 0 ? undefined : { users: new Set<string>(), mailboxes: new Set<string>() };
  if (logged !== undefined) for (const path of logs) readLog(path, logged, unread);
  return {
    include,
    since,
    unread,
    takesUnit: (unit) => users.length === 0 || (unit.kind === 'user' && matchesUser(unit.userid)),
    takesMailbox: (mboxname, unit) =>
      matchesMailbox(mboxname) &&
      (logged === undefined ||
        logged.mailboxes.has(mboxname) ||
        (unit.kind === 'user' && logged.users.has(unit.userid))),
  };
}

/** Lines about quota, seen state, subscriptions and scripts name nobody's messages. */
function readLog(path: string, names: LoggedNames, unread: { what: string; reason: string }[]): void {
  let file: PagedFile | undefined;
  try {
    file = PagedFile.open(path, CACHE_BYTES);
    const faults: { code: string; offset?: number; actual?: string }[] = [];
    for (const { type, args } of scanSyncLog(file, path, faults as Parameters<typeof scanSyncLog>[2])) {
      if (type === 'USER' || type === 'UNUSER') names.users.add(args[0]!);
      else if (MAILBOX_LINES.has(type)) for (const name of args) names.mailboxes.add(name);
    }
    for (const { code, offset = 0, actual = '' } of faults)
      unread.push({ what: `${path} at byte ${String(offset)}`, reason: `${code}: ${actual}` });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined && !(error instanceof AuditError)) throw error;
    throw new AuditError(
      'io',
      `--log ${path}: expected a sync log, found ${error instanceof AuditError ? error.message : systemErrorWords(error)}`,
      'Name log, log-run or a leftover below CONFIGDIRECTORY/sync of OLD.',
      { cause: error },
    );
  } finally {
    file?.close();
  }
}

const MAILBOX_LINES: ReadonlySet<string> = new Set([
  'MAILBOX',
  'APPEND',
  'ACL',
  'UNMAILBOX',
  'DOUBLEMAILBOX',
  'RENAME',
  'ANNOTATION',
]);
