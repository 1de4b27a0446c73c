import { dirname } from 'node:path';
import type { ReportedFinding, SideRole } from '../model/effects.js';
import type { Mbentry } from '../model/mailbox.js';
import { changedSince, writtenSince } from '../sources/changed-since.js';
import { isAbsent } from '../sources/read-only-file.js';
import { locateMailbox, locateSieve, locateUserMeta } from '../sources/spool/locate-mailbox.js';
import type { Unit } from '../sources/spool/mailbox-list.js';
import type { MailboxDirs, SpoolLayout } from '../sources/spool/paths.js';
import type { MailboxJob } from './audit-mailbox.js';
import type { FindingCollector } from './collect-findings.js';
import { openContext, type AuditContext } from './context.js';
import type { ReadMailbox } from './read-mailbox.js';
import type { Moving, UnitResult } from './unit-result.js';

/**
 * What a server writes one after the other, with the disk to wait for in between, it has written after so long. A commit
 * books the quota and writes annotations and header before the index that they are held against; a mailbox that comes,
 * goes or is renamed is changed on disk before or after its row, and the line for the replica comes last. Source:
 * mailbox_commit and mailbox_rename_copy, imap/mailbox.c 3.2.10 to 3.10.0. Unit: ms.
 */
const COMMIT = 2000;

/**
 * What a mailbox looks like that is created, renamed, deleted or repacked between a look at the list or the index and
 * one at the disk.
 */
export const FLEETING: ReadonlySet<string> = new Set([
  'annotation-stray',
  'cache-generation-mismatch',
  'cache-missing',
  'cache-repack-interrupted',
  'copy-of-entry-stale',
  'entry-lost',
  'entry-lost-on-replica',
  'header-disagrees-with-list',
  'index-unreadable',
  'mailbox-directory-missing',
  'mailbox-file-missing',
  'message-file-twice',
  'orphan-directory',
  'quotaroot-of-mailbox-wrong',
  'reverse-acl-row-missing',
  'tombstone-over-live-directory',
  'uniqueid-row-differs',
]);

/** The same of an operation whose line in the log of the replica is still to come. */
const NOT_LOGGED: ReadonlySet<string> = new Set(['delete-not-logged', 'rename-not-logged', 'user-delete-not-logged']);

/** The same of annotations, which one database has of all mailboxes. */
const ANNOTATED: ReadonlySet<string> = new Set(['counter-stale']);

/** How a server was at work on a mailbox: while it was looked at, or shortly before. */
export type Moved = 'meanwhile' | 'before';

/** A unit that was just looked at. Times are ms since the epoch. */
export interface LookedAt {
  readonly ctx: AuditContext;
  readonly unit: Unit;
  /** Before anything of it was read. */
  readonly since: number;
  readonly found: Pick<UnitResult, 'mailboxes' | 'users' | 'findings' | 'unaudited'>;
  readonly audited: readonly {
    readonly job: MailboxJob;
    readonly collector: FindingCollector;
    readonly moved: Moved | undefined;
  }[];
  /** What was found of the user beside his mailboxes. */
  readonly ofUser: FindingCollector | undefined;
  /** Mailboxes that are sound and the same on both sides. */
  readonly same: readonly { readonly role: SideRole; readonly entry: Mbentry }[];
  readonly quotaroots: () => readonly string[];
}

/**
 * Asks, where anything was found, whether a server was at work there meanwhile. Then what was read may be neither the
 * old state nor the new one, and of the two sides not of one moment. Takes no locks: Cyrus would wait for us.
 */
export function findMoving(look: LookedAt): Moving[] {
  const { ctx, unit, found, audited, ofUser } = look;
  const { mailboxes, users, findings, unaudited } = found;
  if (mailboxes.length + users.length + findings.length + unaudited.length === 0) return [];
  const moving: Moving[] = ctx.hasChanged('list') && rowsHaveChanged(ctx, unit) ? [{ kind: 'list' }] : [];
  const unread = new Set(unaudited.map(({ mboxname }) => mboxname));
  for (const { job, collector, moved } of audited) {
    if (collector.class === 'clean' && !unread.has(job.mboxname)) continue;
    const ofAnnotations = Object.keys(collector.counts).some((code) => code.includes('annotation'));
    if (moved === 'meanwhile' || (ofAnnotations && ctx.hasChanged('annotations')))
      moving.push({ kind: 'mailbox', mboxname: job.mboxname });
    else if (moved === 'before') moving.push({ kind: 'mailbox', mboxname: job.mboxname, before: true });
  }
  // What a user has seen and how much he uses hangs on all of his mailboxes.
  const isUserUnread = unit.kind === 'user' && unaudited.some(({ mboxname }) => mboxname === undefined);
  if (users.length > 0 || isUserUnread) {
    const files = [...userFiles(look)];
    if (changedSince([...indexes(look), ...files], look.since)) moving.push({ kind: 'user' });
    else if (
      ofUser !== undefined &&
      (!ofUser.isOnlyLag || isUserUnread) &&
      writtenBefore(ctx, files, ofUser, look.since)
    )
      moving.push({ kind: 'user', before: true });
  }
  if (mayBeInTransit(ctx, findings, look.since)) moving.push({ kind: 'list', before: true });
  return moving;
}

/**
 * How a server was at work on a mailbox in which something was found.
 * @param since before the mailbox was looked at. Unit: ms since the epoch
 */
export function movedAround(
  ctx: AuditContext,
  { sides }: MailboxJob,
  collector: FindingCollector,
  since: number,
): Moved | undefined {
  const mailboxes = Object.values(sides);
  if (mailboxes.some((mailbox) => mailboxChangedSince(mailbox, since))) return 'meanwhile';
  if (collector.isOnlyLag) return undefined;
  const files = mailboxes.flatMap(({ dirs }) => (dirs === undefined ? [] : [...filesOfMailbox(dirs)]));
  return writtenBefore(ctx, files, collector, since) ? 'before' : undefined;
}

/** True when what was found, and is no lag, may be half of a commit. */
function writtenBefore(
  ctx: AuditContext,
  files: readonly string[],
  { counts }: FindingCollector,
  since: number,
): boolean {
  const has = (codes: ReadonlySet<string>): boolean => Object.keys(counts).some((code) => codes.has(code));
  const annotations = has(ANNOTATED) ? [...ctx.sides.values()].map(({ side }) => side.annotations.path) : [];
  if (writtenSince([...files, ...annotations], since - COMMIT)) return true;
  // The logs are as they were when the sides were opened.
  if (has(NOT_LOGGED)) return writtenSince(listsOf(ctx), Math.min(since, ctx.openedAt) - COMMIT);
  return has(FLEETING) && writtenSince(listsOf(ctx), since - COMMIT);
}

/** True when what was found in the spool of a side may be a mailbox that was just coming, going or being renamed. */
export function mayBeInTransit(ctx: AuditContext, findings: readonly ReportedFinding[], since: number): boolean {
  return findings.some(({ code }) => FLEETING.has(code)) && writtenSince(listsOf(ctx), since - COMMIT);
}

const listsOf = ({ sides }: AuditContext): string[] => [...sides.values()].map(({ side }) => side.list.path);

/** What is written to with every change of a mailbox, its directories included. */
export function filesOfMailbox(dirs: MailboxDirs): ReadonlySet<string> {
  const metadata = (['header', 'index', 'cache', 'annotations'] as const).map((name) => dirs.metaOf(name));
  return new Set([...metadata, dirs.data, ...metadata.map((file) => dirname(file))]);
}

/** True when a server wrote to one side of a mailbox at or after `since` (ms since the epoch). */
function mailboxChangedSince({ dirs, path, index, missing }: ReadMailbox, since: number): boolean {
  if (dirs === undefined) return false;
  if (changedSince([...filesOfMailbox(dirs), path], since)) return true;
  // Gone, or come.
  if (index !== undefined) return isAbsent(dirs.metaOf('index'));
  return missing.includes('directory') && !isAbsent(path);
}

/** True when the lists have other rows of the unit by now. */
function rowsHaveChanged(ctx: AuditContext, unit: Unit): boolean {
  const rowsOf = ({ sides }: AuditContext): string => {
    const lists = [...sides.values()].map(({ list }) => list);
    const rows = JSON.stringify(lists.map((list) => list.entriesOf(unit, lists[0])));
    // Told when they were read first.
    for (const list of lists) list.faults.splice(0);
    return rows;
  };
  let now: AuditContext;
  try {
    now = openContext(ctx.plan);
  } catch {
    // Replaced at this moment, or gone.
    return true;
  }
  try {
    return rowsOf(now) !== rowsOf(ctx);
  } finally {
    now.close();
  }
}

function* indexes({ ctx, same, audited }: LookedAt): Generator<string> {
  for (const { role, entry } of same) {
    const path = locateMailbox(ctx.sides.get(role)!.side.layout, entry)?.metaOf('index');
    if (path !== undefined) yield path;
  }
  for (const { job } of audited)
    for (const { dirs } of Object.values(job.sides)) if (dirs !== undefined) yield dirs.metaOf('index');
}

/** Files of a user beside his mailboxes. */
function* userFiles(look: LookedAt): Generator<string> {
  const { ctx, unit } = look;
  if (unit.kind !== 'user') return;
  for (const { side, list } of ctx.sides.values())
    yield* filesOfUser(side.layout, unit.userid, list.byName(unit.inbox));
  yield* quotaFiles(look);
}

function* quotaFiles({ ctx, quotaroots }: LookedAt): Generator<string> {
  for (const { side } of ctx.sides.values()) {
    const { quota } = side.layout;
    const paths = quota.legacy ? quotaroots().map((root) => side.layout.quotaPath(root)) : [quota.db];
    for (const path of paths) if (path !== undefined) yield path;
  }
}

/** Seen state, subscriptions, scripts and their index of a user on one side. */
export function filesOfUser(layout: SpoolLayout, userid: string, inbox: Mbentry | undefined): string[] {
  const paths = [
    ...(['seen', 'sub', 'dav'] as const).map((suffix) => locateUserMeta(layout, userid, suffix, inbox)),
    inbox === undefined ? undefined : locateSieve(layout, userid, inbox),
  ];
  return paths.filter((path) => path !== undefined);
}
