import { locateMailbox } from '../sources/spool/locate-mailbox.js';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { LIST_FINDINGS, faultFindings, serverFaultFindings } from '../findings/catalogue.js';
import { parseMailboxHeader } from '../formats/mailbox-header/mailbox-header.js';
import type { ReportedFinding, SideRole } from '../model/effects.js';
import { OPTION_MAILBOX_DELETED } from '../model/index-file.js';
import type { Mbentry } from '../model/mailbox.js';
import { readSmallFile } from '../sources/read-only-file.js';
import { ALL } from '../sources/server-access.js';
import { IndexFile } from '../sources/spool/index-file.js';
import { isLive, TypedMailboxList, type MailboxList } from '../sources/spool/mailbox-list.js';
import type { MailboxDirs, Partition, SpoolLayout } from '../sources/spool/paths.js';
import type { AuditContext, OpenedSide } from './context.js';
import type { UnauditedPart } from './unit-result.js';

/** A piece of a side's spool that one worker walks. */
export interface WalkTask {
  readonly role: SideRole;
  readonly partition: string;
  /** A root of the partition: messages, metadata. */
  readonly root: string;
  /** Directories below the root, as paths relative to it. */
  readonly directories: readonly string[];
}

/** Names below a partition that are not mailboxes. */
const NOT_MAILBOXES: ReadonlySet<string> = new Set(['stage.', 'sync.', 'lost+found']);
/** A link may lead out of the spool, or in circles. The mailboxes that the list names behind it are audited. */
const NOT_FOLLOWED = 'a symbolic link, which is not followed when looking for directories without an entry';
/** Deeper than any mailbox name can be. */
const MAX_DEPTH = 200;
const MAX_HEADER_BYTES = 1024 * 1024;

/** Splits the spool of a side into pieces of about the same size: the first hash level of either layout. */
export function planWalk(role: SideRole, layout: SpoolLayout, unaudited: UnauditedPart[]): WalkTask[] {
  const tasks: WalkTask[] = [];
  for (const partition of layout.partitions) {
    for (const root of rootsOf(partition)) {
      const directories: string[] = [];
      for (const name of listDirectories(root, role, unaudited)) {
        if (NOT_MAILBOXES.has(name)) continue;
        if (name !== 'uuid') directories.push(name);
        else
          for (const letter of listDirectories(join(root, name), role, unaudited)) directories.push(join(name, letter));
      }
      for (let i = 0; i < directories.length; i += 8) {
        tasks.push({ role, partition: partition.name, root, directories: directories.slice(i, i + 8) });
      }
    }
  }
  return tasks;
}

function rootsOf(partition: Partition): string[] {
  return [
    ...new Set([
      partition.data,
      ...(partition.meta === undefined ? [] : [partition.meta]),
      ...partition.metaDirs.values(),
    ]),
  ];
}

function listDirectories(path: string, role: SideRole, unaudited: UnauditedPart[]): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) {
      unaudited.push({ what: 'spool directory', side: role, reason: `${join(path, name)}: ${NOT_FOLLOWED}` });
    }
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A missing root is judged with the partition: all of its mailboxes are missing then.
    if (code !== 'ENOENT')
      unaudited.push({ what: 'spool directory', side: role, reason: `${path}: ${code ?? 'cannot be listed'}` });
    return [];
  }
}

/** Looks for directories that hold an index and that no live entry of the side's list claims. */
export function walkSpool(ctx: AuditContext, task: WalkTask, unaudited: UnauditedPart[]): ReportedFinding[] {
  const opened = ctx.sides.get(task.role)!;
  const other = [...ctx.sides.entries()].find(([role]) => role !== task.role)?.[1];
  const walker = new Walker(opened, other, task, unaudited);
  for (const directory of task.directories) walker.walk(join(task.root, directory), 0);
  // Rows that could not be decoded are told here: a unit that comes after must not take them for its own.
  const faults = [...ctx.sides].flatMap(([side, { list }]) =>
    list.faults.splice(0).flatMap((fault) => faultFindings({ fault, side })),
  );
  return [...walker.findings, ...faults];
}

/**
 * Looks for directories of one mailbox on a side whose list does not have it: what the walk over the whole spool finds
 * too, for an audit that was narrowed and does not walk.
 */
export function findDirectoriesOf(
  ctx: AuditContext,
  role: SideRole,
  entry: Mbentry,
  unaudited: UnauditedPart[],
): ReportedFinding[] {
  const opened = ctx.sides.get(role)!;
  const other = [...ctx.sides.entries()].find(([otherRole]) => otherRole !== role)?.[1];
  const findings: ReportedFinding[] = [];
  for (const { name: partition, data: root } of opened.side.layout.partitions) {
    for (const legacyDirs of [false, true]) {
      const path = opened.side.layout.mailboxDirs({
        ...entry,
        partition,
        mbtype: { ...entry.mbtype, legacyDirs },
      })?.data;
      if (path === undefined || !existsSync(path)) continue;
      const walker = new Walker(opened, other, { role, partition, root, directories: [] }, unaudited);
      walker.visit(path);
      findings.push(...walker.findings);
    }
  }
  return findings;
}

class Walker {
  readonly findings: ReportedFinding[] = [];
  private readonly dataRoot: string | undefined;

  constructor(
    private readonly opened: OpenedSide,
    private readonly other: OpenedSide | undefined,
    private readonly task: WalkTask,
    private readonly unaudited: UnauditedPart[],
  ) {
    this.dataRoot = opened.side.layout.partitions.find(({ name }) => name === task.partition)?.data;
  }

  walk(path: string, depth: number): void {
    const below = relative(this.task.root, path).split('/');
    if (below[0] === 'uuid' && below.length >= 3) {
      this.walkById(path);
      return;
    }
    const entries = this.look(path, () => readdirSync(path, { withFileTypes: true }));
    if (entries === undefined) return;
    if (!entries.some((entry) => entry.name === 'cyrus.index')) this.judgeAccess(path);
    if (below[0] !== 'uuid' && entries.some((entry) => entry.name === 'cyrus.index')) this.judgeByName(path);
    if (depth >= MAX_DEPTH) {
      this.unaudited.push({ what: 'spool directory', side: this.task.role, reason: `${path}: nested too deeply` });
      return;
    }
    for (const entry of entries) {
      if (entry.isDirectory()) this.walk(join(path, entry.name), depth + 1);
      else if (entry.isSymbolicLink()) this.notFollowed(join(path, entry.name));
    }
  }

  /** The directories of mailboxes below `uuid/A/B`, nearly all of which are known. */
  private walkById(path: string): void {
    this.judgeAccess(path);
    for (const entry of this.look(path, () => readdirSync(path, { withFileTypes: true })) ?? []) {
      const below = `${path}/${entry.name}`;
      if (entry.isSymbolicLink()) this.notFollowed(below);
      else if (entry.isDirectory() && !this.isPlaced(below, entry.name)) this.judgeById(below, entry.name);
    }
  }

  /** Of a directory that mailboxes lie in; their own are looked at with them. */
  private judgeAccess(path: string): void {
    const { access, role } = this.opened.side;
    const fault = access?.fault('no-access', path, ALL);
    if (fault !== undefined) this.findings.push(...serverFaultFindings({ fault, side: role }));
  }

  private look<T>(path: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // It went away while we walked: a mailbox that was just deleted.
      if (code !== 'ENOENT') {
        this.unaudited.push({
          what: 'spool directory',
          side: this.task.role,
          reason: `${path}: ${code ?? 'cannot be listed'}`,
        });
      }
      return undefined;
    }
  }

  private notFollowed(path: string): void {
    this.unaudited.push({ what: 'spool directory', side: this.task.role, reason: `${path}: ${NOT_FOLLOWED}` });
  }

  /** Judges one directory without going below it. */
  visit(path: string): void {
    const below = relative(this.task.root, path).split('/');
    if (below[0] === 'uuid') this.judgeById(path, basename(path));
    else this.judgeByName(path);
  }

  private judgeById(path: string, uniqueid: string): void {
    const entry = this.opened.list.liveByUniqueid(uniqueid) ?? this.liveUnderTheNameOfItsHeader(path, uniqueid);
    if (entry !== undefined && this.isPlaceOf(entry, path)) return;
    this.report(path, uniqueid, entry);
  }

  /** True when the list is known to have a live mailbox of this uniqueid here: most directories need no lookup. */
  private isPlaced(path: string, uniqueid: string): boolean {
    const { list } = this.opened;
    const { root, partition } = this.task;
    if (!(list instanceof TypedMailboxList) || list.index === undefined || root !== this.dataRoot) return false;
    return (
      path === `${root}/uuid/${uniqueid[0]!}/${uniqueid[1]!}/${uniqueid}` && list.index.isPlaced(uniqueid, partition)
    );
  }

  /** The list lost the row by uniqueid: the name in cyrus.header leads to the row by name. */
  private liveUnderTheNameOfItsHeader(path: string, uniqueid: string): Mbentry | undefined {
    const name = readHeader(path)?.mboxname;
    return name === undefined ? undefined : this.opened.list.liveByUniqueid(uniqueid, name);
  }

  private judgeByName(path: string): void {
    const name = this.nameOfPath(path);
    const entry = name === undefined ? undefined : this.opened.list.byName(name);
    if (entry !== undefined && isLive(entry) && this.isPlaceOf(entry, path)) return;
    this.report(path, undefined, undefined, name);
  }

  /** True when the files of this entry belong into `path`, be it for messages or metadata. */
  private isPlaceOf(entry: Mbentry, path: string): boolean {
    const dirs = locateMailbox(this.opened.side.layout, entry);
    return dirs !== undefined && (dirs.data === path || metaPlaces(dirs).includes(path));
  }

  /** True when a directory of this entry is `path` by another name: Cyrus follows a link that was put in its place. */
  private leadsTo(entry: Mbentry, path: string): boolean {
    const dirs = locateMailbox(this.opened.side.layout, entry);
    const target = this.identityOf(path);
    if (dirs === undefined || target === undefined) return false;
    return [...new Set([dirs.data, ...metaPlaces(dirs)])].some((place) => this.identityOf(place) === target);
  }

  private identityOf(path: string): string | undefined {
    const stat = this.look(path, () => statSync(path, { bigint: true, throwIfNoEntry: false }));
    return stat === undefined ? undefined : `${String(stat.dev)} ${String(stat.ino)}`;
  }

  /** Internal name of a directory of the name layout; the hash levels are dropped. */
  private nameOfPath(path: string): string | undefined {
    const { hashImapSpool } = this.opened.side.layout;
    let parts = relative(this.task.root, path).split('/');
    let domain = '';
    if (parts[0] === 'domain' && parts.length > (hashImapSpool ? 3 : 2)) {
      domain = `${parts[hashImapSpool ? 2 : 1]!}!`;
      parts = parts.slice(hashImapSpool ? 3 : 2);
    }
    if (hashImapSpool) parts = parts.slice(1);
    return parts.length === 0 ? undefined : domain + parts.join('.');
  }

  private report(path: string, id: string | undefined, elsewhere: Mbentry | undefined, name?: string): void {
    const index = IndexFile.open(join(path, 'cyrus.index'));
    // Without an index it is no mailbox: an empty directory that was left behind, or one of message files only.
    if (index.index === undefined) {
      if (index.failure.missing) return;
      this.unaudited.push({ what: 'spool directory', side: this.task.role, reason: index.failure.reason });
      return;
    }
    const options = index.index.head.header?.options ?? 0;
    index.index.close();
    const header = readHeader(path);
    const uniqueid = id ?? header?.uniqueid ?? '';
    const claimant = elsewhere ?? this.opened.list.liveByUniqueid(header?.uniqueid ?? basename(path), header?.mboxname);
    if (claimant !== undefined && this.leadsTo(claimant, path)) return;
    const row = uniqueid === '' ? undefined : this.opened.list.uniqueidRow(uniqueid);
    const names = [header?.mboxname, name, row?.mboxname, ...(row?.history.map(({ mboxname }) => mboxname) ?? [])];
    const tombstone = names.some(
      (candidate) => candidate !== undefined && isTombstone(this.opened.list, candidate, uniqueid),
    );
    const listedOnOther = elsewhere === undefined && uniqueid !== '' && this.listedOnOther(uniqueid, names);
    for (const finding of LIST_FINDINGS) {
      this.findings.push(
        ...finding.find({
          kind: 'directory',
          side: this.task.role,
          path,
          uniqueid,
          mboxname: header?.mboxname ?? name ?? row?.mboxname ?? '',
          tombstone: tombstone && elsewhere === undefined,
          listedOnOther,
          beingRemoved: (options & OPTION_MAILBOX_DELETED) !== 0,
        }),
      );
    }
  }

  private listedOnOther(uniqueid: string, names: readonly (string | undefined)[]): boolean {
    const { other } = this;
    if (other === undefined) return false;
    return [undefined, ...names].some((name) => other.list.liveByUniqueid(uniqueid, name) !== undefined);
  }
}

function metaPlaces(dirs: MailboxDirs): string[] {
  return (['index', 'header', 'cache', 'annotations'] as const).map((type) => dirname(dirs.metaOf(type)));
}

function isTombstone(list: MailboxList, mboxname: string, uniqueid: string): boolean {
  const entry = list.byName(mboxname);
  return (
    entry?.mbtype.deleted === true && (entry.uniqueid === undefined || uniqueid === '' || entry.uniqueid === uniqueid)
  );
}

function readHeader(path: string) {
  const read = readSmallFile(join(path, 'cyrus.header'), MAX_HEADER_BYTES);
  return read.bytes === undefined ? undefined : parseMailboxHeader(read.bytes, path).value;
}
