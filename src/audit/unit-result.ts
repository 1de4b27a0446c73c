import type { ReportedFinding, SideRole } from '../model/effects.js';
import type { Unit } from '../sources/spool/mailbox-list.js';
import type { ListCheck } from './check-list.js';
import type { MailboxResult, UserResult } from './collect-findings.js';

/** Something that could not be looked at. */
export interface UnauditedPart {
  readonly what: string;
  readonly side?: SideRole;
  readonly mboxname?: string;
  readonly reason: string;
}

/** What was counted on one side. */
export interface SideCounts {
  mailboxes: number;
  deletedMailboxes: number;
  tombstones: number;
  records: number;
  files: number;
  /** Mailboxes by minor version of the index. */
  indexVersions: Record<string, number>;
  /** By partition: entries of the list, and how many of their directories are missing. */
  partitions: Record<string, { listed: number; missing: number }>;
}

export function newSideCounts(): SideCounts {
  return { mailboxes: 0, deletedMailboxes: 0, tombstones: 0, records: 0, files: 0, indexVersions: {}, partitions: {} };
}

/** Adds `more` to `total`. */
export function addSideCounts(total: SideCounts, more: SideCounts): void {
  total.mailboxes += more.mailboxes;
  total.deletedMailboxes += more.deletedMailboxes;
  total.tombstones += more.tombstones;
  total.records += more.records;
  total.files += more.files;
  for (const [version, n] of Object.entries(more.indexVersions)) {
    total.indexVersions[version] = (total.indexVersions[version] ?? 0) + n;
  }
  for (const [name, { listed, missing }] of Object.entries(more.partitions)) {
    const partition = (total.partitions[name] ??= { listed: 0, missing: 0 });
    partition.listed += listed;
    partition.missing += missing;
  }
}

/** What a worker sends back for a batch. Plain data. */
export interface UnitResult {
  readonly mailboxes: MailboxResult[];
  readonly users: UserResult[];
  readonly findings: ReportedFinding[];
  readonly unaudited: UnauditedPart[];
  readonly sides: Partial<Record<SideRole, SideCounts>>;
  cleanMailboxes: number;
  cleanUsers: number;
  bytesRead: number;
  /** Of a task that looked through a mailbox list. */
  list?: ListCheck;
  /** Units that a server may have changed while they were looked at. They count only when they are audited again. */
  readonly unsettled: Unit[];
}

/** Nothing found, nothing counted. */
export function emptyResult(): UnitResult {
  return {
    mailboxes: [],
    users: [],
    findings: [],
    unaudited: [],
    sides: {},
    cleanMailboxes: 0,
    cleanUsers: 0,
    bytesRead: 0,
    unsettled: [],
  };
}

/** Adds `more` to `total`. */
export function addUnitResult(total: UnitResult, more: UnitResult): void {
  for (const mailbox of more.mailboxes) total.mailboxes.push(mailbox);
  for (const user of more.users) total.users.push(user);
  for (const finding of more.findings) total.findings.push(finding);
  for (const part of more.unaudited) total.unaudited.push(part);
  for (const unit of more.unsettled) total.unsettled.push(unit);
  for (const [role, counts] of Object.entries(more.sides) as [SideRole, SideCounts][]) {
    addSideCounts((total.sides[role] ??= newSideCounts()), counts);
  }
  total.cleanMailboxes += more.cleanMailboxes;
  total.cleanUsers += more.cleanUsers;
  total.bytesRead += more.bytesRead;
}
