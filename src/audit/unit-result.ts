import type { ReportedFinding, SideRole } from '../model/effects.js';
import type { HardwareEvidence, UnstableRead } from '../model/hardware.js';
import type { Unit } from '../sources/spool/mailbox-list.js';
import type { ListCheck } from './check-list.js';
import { addCodeCounts, type CodeCounts, type MailboxResult, type UserResult } from './collect-findings.js';

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
  /** Message files that records claim and that are there. None at level `index`. */
  files: number;
  /** Of these, the ones of which only name and size were looked at. */
  notHashed: number;
  /** Mailboxes by minor version of the index. */
  indexVersions: Record<string, number>;
  partitions: Record<string, PartitionCounts>;
}

/** What was counted of the mailboxes that the list of one side has on one partition. */
export interface PartitionCounts {
  listed: number;
  /** Their directory is not there. */
  missing: number;
  /** Message files that records claim, archived ones included. None at level `index`. */
  files: number;
  /** Of those, the ones that are not there or have no bytes. */
  filesGone: number;
  /** Of those, the ones that belong into the archive partition. */
  archivedGone: number;
  /** Mailboxes that lack any of their files. */
  filesGoneIn: number;
  /** Mailboxes with archived messages; counted only where the archive partition is empty. */
  archived: number;
  /** Mailboxes with other messages; counted only where the data partition is empty and holds no metadata. */
  filled: number;
}

/** What was counted of the two sides together: mass damage shows only when all is added up. */
export interface PairCounts {
  /** Users and shared mailboxes with a mailbox whose indexes were compared; delayed-delete copies do not count. */
  units: number;
  /** Of those, the ones in which a highestmodseq or last_uid differs, or a UID stands for two messages. */
  unitsDiffering: number;
  /** Of those, the ones with a mailbox of which both are higher on the replica, or with a split brain. */
  unitsNewerOnReplica: number;
  /** Live mailboxes in the replica's list, without delayed-delete copies. */
  replicaMailboxes: number;
  /** Of those, the ones whose uniqueid the master's list does not know and whose name it does not remember deleting. */
  unknownToMaster: number;
  /** Users and shared mailboxes that have such a mailbox. */
  unitsUnknownToMaster: number;
  /** By partition of the master. */
  vanished: Record<string, VanishedCounts>;
}

/**
 * Messages that are live on the replica and of which the master has no record although its deletedmodseq says that it
 * once had: cleaned out after an expunge, or dropped by a reconstruct that did not find their files.
 */
export interface VanishedCounts {
  /** Mailboxes of which the replica has live messages. */
  filled: number;
  /** Of those, the ones that have lost more than half of what the replica has. */
  emptied: number;
  /** Users and shared mailboxes with such a mailbox. */
  units: number;
  /** Messages that such mailboxes have lost. */
  messages: number;
}

export function newPartitionCounts(): PartitionCounts {
  return { listed: 0, missing: 0, files: 0, filesGone: 0, archivedGone: 0, filesGoneIn: 0, archived: 0, filled: 0 };
}

export function newPairCounts(): PairCounts {
  return {
    units: 0,
    unitsDiffering: 0,
    unitsNewerOnReplica: 0,
    replicaMailboxes: 0,
    unknownToMaster: 0,
    unitsUnknownToMaster: 0,
    vanished: {},
  };
}

export function newVanishedCounts(): VanishedCounts {
  return { filled: 0, emptied: 0, units: 0, messages: 0 };
}

function addNumbers<T extends object>(total: T, more: T): void {
  for (const [name, n] of Object.entries(more) as [keyof T, unknown][]) {
    if (typeof n === 'number') (total as Record<keyof T, unknown>)[name] = (total[name] as number) + n;
  }
}

/** Adds `more` to `total`. */
function addPairCounts(total: PairCounts, more: PairCounts): void {
  addNumbers(total, more);
  for (const [partition, counts] of Object.entries(more.vanished))
    addNumbers((total.vanished[partition] ??= newVanishedCounts()), counts);
}

export function newSideCounts(): SideCounts {
  return {
    mailboxes: 0,
    deletedMailboxes: 0,
    tombstones: 0,
    records: 0,
    files: 0,
    notHashed: 0,
    indexVersions: {},
    partitions: {},
  };
}

/** Adds `more` to `total`. */
function addSideCounts(total: SideCounts, more: SideCounts): void {
  total.mailboxes += more.mailboxes;
  total.deletedMailboxes += more.deletedMailboxes;
  total.tombstones += more.tombstones;
  total.records += more.records;
  total.files += more.files;
  total.notHashed += more.notHashed;
  for (const [version, n] of Object.entries(more.indexVersions)) {
    total.indexVersions[version] = (total.indexVersions[version] ?? 0) + n;
  }
  for (const [name, counts] of Object.entries(more.partitions))
    addNumbers((total.partitions[name] ??= newPartitionCounts()), counts);
}

/** What was found and counted, of a batch or of everything. Plain data. */
export interface Found {
  readonly mailboxes: MailboxResult[];
  readonly users: UserResult[];
  readonly findings: ReportedFinding[];
  readonly unaudited: UnauditedPart[];
  readonly sides: Partial<Record<SideRole, SideCounts>>;
  readonly pair: PairCounts;
  cleanMailboxes: number;
  /** Users without a finding outside their mailboxes. */
  cleanUsers: number;
  /** Of those, the ones without a finding in them too, and of whom nothing was left unaudited. */
  readonly soundUsers: string[];
  bytesRead: number;
  /** Live messages of which no intact file was found anywhere. */
  atRisk: number;
  /** Findings of earlier looks that are not there any more, by code. */
  readonly settled: CodeCounts;
}

/** What a worker sends back for a batch. Plain data. */
export interface UnitResult extends Found {
  /** Signs of failing hardware, to be added up for each side. */
  readonly evidence: HardwareEvidence[];
  readonly unstable: UnstableRead[];
  /** Of a task that looked through a mailbox list. */
  list?: ListCheck;
  /** Units that count only when they are audited again. */
  readonly unsettled: UnsettledUnit[];
  /** What a server changed while it was looked at: what was found there may be neither the old state nor the new one. */
  readonly moving: Moving[];
}

/**
 * What one look found in a unit, to be held against what a later one finds: a key for each finding, and one for each
 * code of which not all findings are listed. Plain data: it goes back to a worker.
 */
export type Sightings = readonly string[];

/** A part of a unit. `before`: it was written to shortly before, and what was read may be the first half of a commit. */
export type Moving = { readonly before?: true } & (
  { readonly kind: 'mailbox'; readonly mboxname: string } | { readonly kind: 'user' | 'list' }
);

export interface UnsettledUnit {
  readonly unit: Unit;
  /** What was found so far and counts only if it is found again; absent = whatever is found counts. */
  readonly seen?: Sightings;
  /** What the look before found, and is no lag: where a server is at work it counts when it is found twice running. */
  readonly doubts?: Sightings;
  /** On its way back: what counts of the look before when there is none after it. */
  readonly told?: UnitResult;
}

/** Nothing found, nothing counted. */
export function nothingFound(): Found {
  return {
    mailboxes: [],
    users: [],
    findings: [],
    unaudited: [],
    sides: {},
    pair: newPairCounts(),
    cleanMailboxes: 0,
    cleanUsers: 0,
    soundUsers: [],
    bytesRead: 0,
    atRisk: 0,
    settled: {},
  };
}

/** The same of a batch. */
export function emptyResult(): UnitResult {
  return { ...nothingFound(), evidence: [], unstable: [], unsettled: [], moving: [] };
}

/** Mailboxes of which something was not audited: where nothing is found in them, they are not clean. */
export function unreadMailboxes({ unaudited }: Found): ReadonlySet<string> {
  return new Set(unaudited.flatMap(({ mboxname }) => mboxname ?? []));
}

/** Adds `more` to `total`. */
export function addFound(total: Found, more: Found): void {
  for (const mailbox of more.mailboxes) total.mailboxes.push(mailbox);
  for (const user of more.users) total.users.push(user);
  for (const finding of more.findings) total.findings.push(finding);
  for (const part of more.unaudited) total.unaudited.push(part);
  for (const [role, counts] of Object.entries(more.sides) as [SideRole, SideCounts][])
    addSideCounts((total.sides[role] ??= newSideCounts()), counts);
  addCodeCounts(total.settled, more.settled);
  addPairCounts(total.pair, more.pair);
  total.cleanMailboxes += more.cleanMailboxes;
  total.cleanUsers += more.cleanUsers;
  for (const userid of more.soundUsers) total.soundUsers.push(userid);
  total.bytesRead += more.bytesRead;
  total.atRisk += more.atRisk;
}

/** Adds `more` to `total`. */
export function addUnitResult(total: UnitResult, more: UnitResult): void {
  addFound(total, more);
  for (const unit of more.unsettled) total.unsettled.push(unit);
  for (const sign of more.evidence) total.evidence.push(sign);
  for (const read of more.unstable) total.unstable.push(read);
}
