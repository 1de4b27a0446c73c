/* Generated from schemas/report.schema.json by npm run generate. Do not edit. */

export type Level = 'index' | 'files' | 'content';
export type VerdictClass = 'clean' | 'safe' | 'admin' | 'halt';
export type SideRole = 'master' | 'replica' | 'single';
export type Count = number;
/**
 * One for `check`, master and replica for `compare`.
 */
export type Sides = readonly ReportSide[];
/**
 * --accept, --baseline: the worst class of what is neither accepted nor in the baseline, and of what is `halt`; the exit status goes by it. Absent when neither was given: then by the verdict.
 */
export type Attention = 'clean' | 'safe' | 'admin' | 'halt';
export type FindingClass = 'safe' | 'admin' | 'halt';
/**
 * What real replication would do. `unseen`: it cannot notice the difference.
 */
export type Effect =
  | 'copy-to-replica'
  | 'update-replica'
  | 'expunge-on-replica'
  | 'copy-back-to-master'
  | 'update-master'
  | 'expunge-on-master'
  | 'renumber'
  | 'rename-on-replica'
  | 'delete-on-replica'
  | 'overwrite-on-replica'
  | 'blocked'
  | 'unseen'
  | 'none';
export type Effects = readonly Effect[];
/**
 * One line of `--report ndjson`: the first is of kind `report`; findings about a side or the pair follow, then each mailbox and each user with its findings after it, then the clean users and what was not audited; the last is of kind `end`, and without it the file is not whole.
 */
export type ReportLine =
  | ReportHeadLine
  | ReportFindingLine
  | ReportMailboxLine
  | ReportUserLine
  | ReportCleanUserLine
  | ReportUnauditedLine
  | ReportEndLine;

/**
 * What one run of cyraudit found. 64-bit values are decimal strings. Nothing but startedAt, finishedAt and durations depends on the wall clock or on the number of threads.
 */
export interface Report {
  /**
   * Grows when a reader of older reports would misread a newer one.
   */
  schemaVersion: 1;
  tool: Tool;
  command: 'compare' | 'check';
  level: Level;
  /**
   * The configuration file that was read, as it was named. Absent when there was none.
   */
  configFile?: string;
  selection?: Selection;
  /**
   * RFC 3339, UTC.
   */
  startedAt: string;
  /**
   * RFC 3339, UTC.
   */
  finishedAt: string;
  durations: Durations;
  verdict: VerdictClass;
  /**
   * False when anything is in `unaudited`.
   */
  complete: boolean;
  sides: Sides;
  counts: ReportCounts;
  /**
   * Findings of one code listed for one mailbox; the rest is in its `notListed`, and all are in `counts`.
   */
  findingCap: number;
  loweredCaps?: LoweredCaps;
  /**
   * --max-lost: so many mailboxes that the master's list has lost without an explanation are `admin` each; more are `halt`. Absent in reports from before there was such a budget, when it was 0.
   */
  maxLost?: number;
  subset?: SubsetOfFiles;
  hashedSince?: HashedSince;
  recheck?: Recheck;
  attention?: Attention;
  acceptance?: Acceptance;
  baseline?: Baseline;
  /**
   * Findings about a side or the pair as a whole.
   */
  findings: readonly ReportFinding[];
  /**
   * Every mailbox that is not clean, by mboxname.
   */
  mailboxes: readonly ReportMailbox[];
  /**
   * Every user with a finding that belongs to no mailbox (quota, seen, subscriptions, sieve, pending log).
   */
  users: readonly ReportUser[];
  /**
   * Users for whom nothing was found, neither in their mailboxes nor outside, and nothing left unaudited, by userid. Absent when there is none, and in reports from before they were listed.
   */
  cleanUsers?: readonly string[];
  /**
   * What could not be read, parsed, decoded in this version or finished in time.
   */
  unaudited: readonly Unaudited[];
}
export interface Tool {
  name: 'cyraudit';
  version: string;
}
/**
 * The globs the audit was limited to. Absent when everything was audited: a verdict speaks only of what was selected.
 */
export interface Selection {
  users?: readonly string[];
  mailboxes?: readonly string[];
  partitions?: readonly string[];
}
export interface Durations {
  totalMs: number;
}
export interface ReportSide {
  role: SideRole;
  /**
   * The argument as given; for a side of the configuration file, its source.
   */
  source: string;
  /**
   * Of the side in the configuration file, when it was given by its name.
   */
  name?: string;
  /**
   * Path of the imapd.conf that was read.
   */
  config: string;
  /**
   * Absolute paths of imapd.conf were taken below this directory. Absent when they were used as they are.
   */
  root?: string;
  /**
   * What stands between the parts of a mailbox name that an administrator types. Absent when neither imapd.conf nor the spool tells.
   */
  hierarchySeparator?: '.' | '/';
  mailboxes: Count;
  tombstones: Count;
  deletedMailboxes: Count;
  partitions: readonly ReportPartition[];
  records: Count;
  files: Count;
  /**
   * Mailboxes by the minor version of their cyrus.index.
   */
  indexVersions: {
    [k: string]: Count;
  };
  /**
   * Cyrus generation that wrote the side, such as 3.6, or unknown.
   */
  engine: string;
  replicatesAs?: ReplicationEngine;
  /**
   * Database format of the mailbox list.
   */
  listFormat: string;
}
export interface ReportPartition {
  name: string;
  mailboxes: Count;
}
/**
 * The release of Cyrus that the side was taken for when replication was predicted; that of the master decides what it would do. Absent when the mailbox list could not be read.
 */
export interface ReplicationEngine {
  /**
   * The first of the releases that replicate alike.
   */
  version: '2.4' | '2.5' | '3.0' | '3.2' | '3.4' | '3.6' | '3.12';
  /**
   * given: named by the caller. spool: assumed, as the oldest release that could have written the spool.
   */
  from: 'given' | 'spool';
}
export interface ReportCounts {
  mailboxes: CountsByClass;
  users: CountsByClass;
  findings: CountsByCode;
  records: CountsBySide;
  files: CountsBySide;
  /**
   * Live messages whose file is missing or damaged and of which no intact copy was found: not on the other side and in no other mailbox of the user, deleted and archived ones included. Absent at level `index`, which looks at no file.
   */
  atRisk?: number;
  /**
   * Decimal.
   */
  bytesRead: string;
}
export interface CountsByClass {
  clean: Count;
  safe: Count;
  admin: Count;
  halt: Count;
}
/**
 * Findings by code; as `notListed`, those over the cap.
 */
export interface CountsByCode {
  [k: string]: Count;
}
export interface CountsBySide {
  master?: Count;
  replica?: Count;
  single?: Count;
}
/**
 * By class: so many findings of one code are listed for one mailbox, fewer than `findingCap`, because there are too many of the class in all (by default, more than 50,000). Absent when there are not.
 */
export interface LoweredCaps {
  safe?: number;
  admin?: number;
  halt?: number;
}
/**
 * --subset: of the message files only a part was hashed; of the others name and size were looked at. Absent when all were hashed, or none.
 */
export interface SubsetOfFiles {
  part: number;
  of: number;
  notHashed: CountsBySide;
}
/**
 * --hash-since: only message files were hashed whose record was changed at this time or later; of the others name and size were looked at. Absent when that was not asked for.
 */
export interface HashedSince {
  time: string;
  notHashed: CountsBySide;
}
/**
 * --recheck: what differed was looked at again, and only what was found every time is reported. Absent when nothing was asked for.
 */
export interface Recheck {
  /**
   * Further looks after the first.
   */
  looks: number;
  /**
   * Before each of them.
   */
  delaySeconds: number;
  /**
   * Findings of earlier looks that were gone at a later one, by code.
   */
  settled: {
    [k: string]: Count;
  };
}
/**
 * What --accept did.
 */
export interface Acceptance {
  /**
   * That --accept named. Absent in reports from before they were told.
   */
  files?: readonly string[];
  findings: Count;
  /**
   * As in the file.
   */
  entries: readonly AcceptanceEntry[];
}
export interface AcceptanceEntry {
  code: string;
  side?: SideRole;
  mailbox?: string;
  user?: string;
  uid?: number;
  reason: string;
  expires: string;
  /**
   * expired: its last day was before the audit began, and it accepts nothing any more.
   */
  state: 'used' | 'unused' | 'expired';
  findings: Count;
}
/**
 * How the findings differ from those of the report that --baseline named.
 */
export interface Baseline {
  /**
   * That --baseline named. Absent in reports from before it was told.
   */
  file?: string;
  /**
   * Of the audit of the baseline.
   */
  startedAt: string;
  new: Count;
  still: Count;
  /**
   * What the baseline had and this audit did not find. Of what could not be audited this time nothing is told.
   */
  resolved: readonly Resolved[];
  resolvedNotListed: Count;
}
export interface Resolved {
  mboxname?: string;
  userid?: string;
  code: string;
  class: FindingClass;
  side?: SideRole;
  uid?: number;
  since: string;
}
export interface ReportFinding {
  code: string;
  class: FindingClass;
  side?: SideRole;
  uid?: number;
  facts: Facts;
  effects?: Effects;
  accepted?: Accepted;
  /**
   * --baseline: when the audit began that found it first. A finding is new when that is this one.
   */
  since?: string;
}
/**
 * The numbers and names of one finding; its text is made from them by the catalogue.
 */
export interface Facts {
  [k: string]: string | number | boolean | null | readonly (string | number)[];
}
/**
 * --accept: somebody lives with it. It counts as what it is, and does not decide the exit status.
 */
export interface Accepted {
  reason: string;
  expires: string;
}
export interface ReportMailbox {
  /**
   * Internal name.
   */
  mboxname: string;
  uniqueid: string | null;
  /**
   * Absent for a shared mailbox.
   */
  userid?: string;
  class: FindingClass;
  effects?: Effects;
  findings: readonly ReportFinding[];
  notListed?: CountsByCode;
}
export interface ReportUser {
  userid: string;
  class: FindingClass;
  findings: readonly ReportFinding[];
  notListed?: CountsByCode;
}
export interface Unaudited {
  /**
   * The file, mailbox or part that was not audited.
   */
  what: string;
  side?: SideRole;
  mboxname?: string;
  reason: string;
}
/**
 * What was audited, and how.
 */
export interface ReportHeadLine {
  kind: 'report';
  /**
   * Grows when a reader of older reports would misread a newer one.
   */
  schemaVersion: 1;
  tool: Tool;
  command: 'compare' | 'check';
  level: Level;
  /**
   * The configuration file that was read, as it was named. Absent when there was none.
   */
  configFile?: string;
  selection?: Selection;
  /**
   * RFC 3339, UTC.
   */
  startedAt: string;
  /**
   * RFC 3339, UTC.
   */
  finishedAt: string;
  durations: Durations;
  sides: Sides;
  /**
   * Findings of one code listed for one mailbox; the rest is in its `notListed`, and all are in `counts`.
   */
  findingCap: number;
  loweredCaps?: LoweredCaps;
  /**
   * --max-lost: so many mailboxes that the master's list has lost without an explanation are `admin` each; more are `halt`. Absent in reports from before there was such a budget, when it was 0.
   */
  maxLost?: number;
  hashedSince?: HashedSince;
  subset?: SubsetOfFiles;
  recheck?: Recheck;
}
/**
 * A finding: of the mailbox `mboxname`; else about the user `userid`; else about a side or the pair.
 */
export interface ReportFindingLine {
  kind: 'finding';
  /**
   * Internal name.
   */
  mboxname?: string;
  uniqueid?: string | null;
  userid?: string;
  code: string;
  class: FindingClass;
  side?: SideRole;
  uid?: number;
  facts: Facts;
  effects?: Effects;
  accepted?: Accepted;
  /**
   * --baseline: when the audit began that found it first. A finding is new when that is this one.
   */
  since?: string;
}
/**
 * A mailbox that is not clean.
 */
export interface ReportMailboxLine {
  kind: 'mailbox';
  /**
   * Internal name.
   */
  mboxname: string;
  uniqueid: string | null;
  /**
   * Absent for a shared mailbox.
   */
  userid?: string;
  class: FindingClass;
  effects?: Effects;
  notListed?: CountsByCode;
}
/**
 * A user with a finding that belongs to no mailbox.
 */
export interface ReportUserLine {
  kind: 'user';
  userid: string;
  class: FindingClass;
  notListed?: CountsByCode;
}
/**
 * One of `cleanUsers`.
 */
export interface ReportCleanUserLine {
  kind: 'clean-user';
  userid: string;
}
/**
 * A part that was not audited.
 */
export interface ReportUnauditedLine {
  kind: 'unaudited';
  /**
   * The file, mailbox or part that was not audited.
   */
  what: string;
  side?: SideRole;
  mboxname?: string;
  reason: string;
}
/**
 * The outcome.
 */
export interface ReportEndLine {
  kind: 'end';
  verdict: VerdictClass;
  /**
   * False when anything is in `unaudited`.
   */
  complete: boolean;
  attention?: Attention;
  acceptance?: Acceptance;
  baseline?: Baseline;
  counts: ReportCounts;
}
